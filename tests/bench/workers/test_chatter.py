"""Lines that TensorFlow logs of its own accord, in every version, and lines that tell of a failure."""

import pytest

from bench.workers.worker_process import CHATTER

LOGGED = "2026-11-27 23:23:54.636454: "
DRIVER = "external/local_xla/xla/stream_executor/cuda/cuda_driver.cc:152]"


@pytest.mark.parametrize(
    "line",
    [
        f"{LOGGED}I tensorflow/core/platform/cpu_feature_guard.cc:210] This TensorFlow binary is optimized",
        "To enable the following instructions: AVX2 FMA, rebuild TensorFlow with the appropriate compiler flags.",
        "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR",
        f"{LOGGED}E {DRIVER} failed call to cuInit: INTERNAL: CUDA error: Failed call to cuInit: UNKNOWN ERROR (303)",
        "E0000 00:00:1732749834.636454  1234 cuda_dnn.cc:8310] Unable to register cuDNN factory: Attempting to",
        "E0000 00:00:1732749834.636454  1234 cuda_platform.cc:51] failed call to cuInit: INTERNAL: CUDA error",
        "E0000 00:00:1732749834.636454  1234 computation_placer.cc:177] computation placer already registered.",
        "W0000 00:00:1732749834.636454  1234 gpu_device.cc:2344] Cannot dlopen some GPU libraries.",
    ],
    ids=["feature", "instructions", "early", "driver", "factory", "platform", "placer", "dlopen"],
)
def test_what_every_start_logs_is_no_last_word(line: str) -> None:
    assert CHATTER.match(line)


@pytest.mark.parametrize(
    "line",
    [
        f"{LOGGED}E {DRIVER} failed to allocate 2.00GiB: CUDA_ERROR_OUT_OF_MEMORY: out of memory",
        f"{LOGGED}F tensorflow/core/framework/tensor.cc:852] Check failed: 1 == NumElements()",
        "failed call to cuInit",
        "To whom it may concern",
    ],
    ids=["memory", "check", "own", "prose"],
)
def test_what_tells_of_a_failure_stays(line: str) -> None:
    assert not CHATTER.match(line)
