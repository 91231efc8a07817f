"use strict";
(() => {
  const { config, specs } = JSON.parse(document.getElementById("figures").textContent);
  const system = matchMedia("(prefers-color-scheme: dark)");
  const narrow = matchMedia("(max-width: 600px)");
  const root = document.documentElement;

  // ------------------------------------------------------------ pictures

  const PAPER = 860;  // pixels that a picture is drawn for on a sheet of A4 or letter, which shows them a little smaller

  const phone = {
    legend: { columns: 1, labelLimit: 280 },
    axisY: { labelLimit: 140 },
    axisXQuantitative: { tickCount: 4 },
  };

  const configure = () => {
    if (!narrow.matches) return config;
    const parts = Object.entries(phone).map(([part, options]) => [part, { ...config[part], ...options }]);
    return { ...config, ...Object.fromEntries(parts) };
  };

  // Colours are variables of the page, so that light, dark and paper need no new drawing.
  const look = () => (narrow.matches ? "phone" : "desktop");

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

  const fit = (width) => {
    for (const each of document.querySelectorAll("[data-figure]")) {
      if (each.view && each.offsetParent !== null) each.view.width(width(each)).runAsync();
    }
  };
  addEventListener("beforeprint", () => fit((each) => (each.closest(".gallery") ? PAPER / 3 : PAPER)));
  addEventListener("afterprint", () => fit((each) => each.clientWidth));

  // ------------------------------------------------------------ light and dark

  const theme = () => root.dataset.theme || (system.matches ? "dark" : "light");
  const toggle = document.getElementById("theme");
  const name = () => { toggle.textContent = theme() === "dark" ? "Light" : "Dark"; };
  toggle.hidden = false;
  name();
  toggle.addEventListener("click", () => {
    root.dataset.theme = theme() === "dark" ? "light" : "dark";
    name();
  });
  system.addEventListener("change", name);

  // ------------------------------------------------------------ tables

  // A table that is wider than its place fades where there is more of it, and only there.
  const tell = (box) => {
    box.toggleAttribute("data-left", box.scrollLeft > 1);
    box.toggleAttribute("data-right", box.scrollLeft + box.clientWidth < box.scrollWidth - 1);
  };
  const sizes = new ResizeObserver((changes) => changes.forEach((change) => tell(change.target.closest(".scroll"))));
  for (const box of document.querySelectorAll(".scroll")) {
    box.addEventListener("scroll", () => tell(box), { passive: true });
    sizes.observe(box);
    sizes.observe(box.firstElementChild);
  }

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
