"""Reads a log folder through TensorBoard's own HParams backend and prints what it found, as JSON.

A program of its own, as TensorBoard imports TensorFlow wherever it is installed, unless `tensorboard.compat.notf` is
there: so TensorBoard's own builds without TensorFlow do it.
"""

import json
import sys
import types
from typing import Any

sys.modules["tensorboard.compat.notf"] = types.ModuleType("tensorboard.compat.notf")

from google.protobuf import json_format  # noqa: E402
from tensorboard import context  # noqa: E402
from tensorboard.backend.event_processing.data_provider import MultiplexerDataProvider  # noqa: E402
from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer  # noqa: E402
from tensorboard.plugins.base_plugin import TBContext  # noqa: E402
from tensorboard.plugins.hparams import api_pb2, get_experiment, list_session_groups  # noqa: E402
from tensorboard.plugins.hparams.backend_context import Context  # noqa: E402

ALL_STATUSES = [api_pb2.STATUS_UNKNOWN, api_pb2.STATUS_SUCCESS, api_pb2.STATUS_FAILURE, api_pb2.STATUS_RUNNING]


def read(folder: str) -> dict[str, Any]:
    """What the routes /experiment and /session_groups of the HParams tab answer."""
    multiplexer = EventMultiplexer()
    multiplexer.AddRunsFromDirectory(folder)
    multiplexer.Reload()
    backend = Context(TBContext(data_provider=MultiplexerDataProvider(multiplexer, folder)))
    request = api_pb2.ListSessionGroupsRequest(start_index=0, slice_size=1000, allowed_statuses=ALL_STATUSES)
    common = {"request_context": context.RequestContext(), "backend_context": backend, "experiment_id": "any"}
    experiment = get_experiment.Handler(**common, request=api_pb2.GetExperimentRequest()).run()
    groups = list_session_groups.Handler(**common, request=request).run()
    return {"experiment": json_format.MessageToDict(experiment), "groups": json_format.MessageToDict(groups)}


if __name__ == "__main__":
    found = read(sys.argv[1])
    print(json.dumps({**found, "tensorflow": "tensorflow" in sys.modules}))  # noqa: T201
