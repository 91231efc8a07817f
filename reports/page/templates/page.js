"use strict";
(() => {
  const { configs, specs } = JSON.parse(document.getElementById("figures").textContent);
  const system = matchMedia("(prefers-color-scheme: dark)");
  const narrow = matchMedia("(max-width: 600px)");
  const root = document.documentElement;

  const theme = () => root.dataset.theme || (system.matches ? "dark" : "light");

  // ------------------------------------------------------------ pictures

  const phone = {
    legend: { columns: 1, labelLimit: 280 },
    axisY: { labelLimit: 140 },
    axisXQuantitative: { tickCount: 4 },
  };

  const configure = () => {
    const config = structuredClone(configs[theme()]);
    if (narrow.matches) for (const part in phone) config[part] = { ...config[part], ...phone[part] };
    return config;
  };

  const look = () => `${theme()}, ${narrow.matches ? "phone" : "desktop"}`;

  // Interpreted expressions (ast) need no eval, which the page's own policy forbids.
  const draw = async (element) => {
    const wanted = look();
    const options = {
      mode: "vega-lite", config: configure(), actions: false, ast: true, renderer: "svg", tooltip: { theme: "custom" },
    };
    element.dataset.look = wanted;
    element.view?.finalize();
    element.view = (await vegaEmbed(element, specs[element.dataset.figure], options)).view;
    if (wanted !== look()) await draw(element);
  };

  // One after the other, so that the page can be read meanwhile; what is hidden has no width to draw into.
  const drawAll = async () => {
    for (const each of document.querySelectorAll("[data-figure]")) {
      if (each.offsetParent !== null && each.dataset.look !== look()) await draw(each);
    }
  };

  narrow.addEventListener("change", drawAll);

  // ------------------------------------------------------------ light and dark

  const toggle = document.getElementById("theme");
  const name = () => { toggle.textContent = theme() === "dark" ? "Light" : "Dark"; };
  toggle.hidden = false;
  name();
  toggle.addEventListener("click", () => {
    root.dataset.theme = theme() === "dark" ? "light" : "dark";
    name();
    drawAll();
  });
  system.addEventListener("change", () => { name(); drawAll(); });

  // ------------------------------------------------------------ tables

  const rank = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.rank === undefined ? cell.textContent.trim() : Number(cell.dataset.rank);
  };

  const compare = (left, right, sign) => {
    if (typeof left !== typeof right) return typeof left === "number" ? -1 : 1;  // what has no number comes last
    return sign * (typeof left === "number" ? left - right : left.localeCompare(right));
  };

  const sort = (header) => {
    const table = header.closest("table");
    const downward = header.ariaSort === "ascending" || (header.ariaSort === null && header.className === "number");
    for (const each of table.tHead.rows[0].cells) each.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", downward ? "descending" : "ascending");
    const column = header.cellIndex;
    const rows = [...table.tBodies[0].rows];
    rows.sort((above, below) => compare(rank(above, column), rank(below, column), downward ? -1 : 1));
    table.tBodies[0].append(...rows);
  };

  for (const header of document.querySelectorAll("th")) header.firstChild.addEventListener("click", () => sort(header));

  // ------------------------------------------------------------ runs

  const choice = document.getElementById("run");
  if (choice) {
    const choose = () => document.querySelectorAll(".run").forEach((run) => { run.hidden = run.id !== choice.value; });
    choice.addEventListener("change", () => { choose(); drawAll(); });
    choose();
  }

  drawAll();
})();
