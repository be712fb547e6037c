"""Training by several processes: they share the rows of each batch, and one of them writes.

`torchrun --nproc-per-node=2 -m PACKAGE train` starts them, one for each GPU, or on the CPU. All run
the same program and draw the same batches, so that they stay of one mind.
"""

import copy
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from .errors import ProjectError

ORDER = "order"  # the stream of numbers from which the order of an epoch's rows is drawn
Result = TypeVar("Result")


@contextmanager
def processes(device: str) -> Iterator[None]:
    """Join the processes that torchrun started beside this one; without torchrun do nothing.

    ``device`` is that of config.toml. Raises ``ProjectError`` where it is a GPU and they are
    fewer than the processes.
    """
    if not dist.is_torchelastic_launched():
        yield
        return
    place, gpus = int(os.environ["LOCAL_RANK"]), torch.cuda.device_count()
    if gpus and device in ("auto", "cuda"):
        if place >= gpus:
            message = f"There are more processes than GPUs ({gpus})."
            raise ProjectError(message, f"Run: torchrun --nproc-per-node={gpus} ...")
        torch.cuda.set_device(place)  # what "cuda" means from now on
        dist.init_process_group("nccl")
    else:
        dist.init_process_group("gloo")
    try:
        yield
    finally:
        dist.destroy_process_group()


def is_shared() -> bool:
    """Say whether other processes take part."""
    return dist.is_initialized() and dist.get_world_size() > 1


def is_writer() -> bool:
    """Say whether this process is the one that writes and prints."""
    return not is_shared() or dist.get_rank() == 0


def leave_to_writer() -> None:
    """End this process, well, unless it is the writer: all that needed the others is done."""
    if not is_writer():
        raise SystemExit(0)


def of_writer(function: Callable[[], Result]) -> Result:
    """Return what the function returns in the writer; the others wait for it."""
    results: list[Any] = [function() if is_writer() else None]
    if is_shared():
        dist.broadcast_object_list(results)
    result: Result = results[0]
    return result


def reseed(seed: int, step: int, stream: str = "rows") -> None:
    """Let the next random numbers follow from the seed, the step and the stream."""
    # Mixed, because torch's generator on the CPU takes no more than 32 bits of a seed.
    mixture = hashlib.sha256(f"{seed} {step} {stream}".encode()).digest()
    torch.manual_seed(int.from_bytes(mixture[:4]))


def share(network: nn.Module) -> nn.Module:
    """Return the network as the training loop calls it, shared among the processes if several."""
    return SharedNetwork(network) if is_shared() else network


class SharedNetwork(nn.Module):
    """Sends a part of each batch through the network, and returns the outputs of all parts.

    The loss is then that of the whole batch in each process, whatever a type takes the mean of, and
    so is the gradient of all processes together. Augmentation is drawn for the whole batch in each
    of them, by seed, step and row: the same as in one process alone.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        # Another structure of the same tensors: what is exported has no layers of this level.
        tensors = [*network.parameters(), *network.buffers()]
        twin = copy.deepcopy(network, {id(tensor): tensor for tensor in tensors}).train()
        if tensors[0].is_cuda:  # on the CPU each process normalises by its own rows
            twin = nn.SyncBatchNorm.convert_sync_batchnorm(twin)
        self.network = DistributedDataParallel(twin)

    def forward(self, *inputs: Tensor) -> Tensor | tuple[Tensor, ...]:
        """Return the outputs of all rows; each input and output has a row for each."""
        count, number, rows = dist.get_world_size(), dist.get_rank(), len(inputs[0])
        size = -(-rows // count)  # of each part; the last row fills up what is left
        places = torch.arange(number * size, (number + 1) * size, device=inputs[0].device)
        places = places.clamp(max=rows - 1)
        torch.manual_seed(torch.initial_seed() + 1 + number)  # of dropout, other in each process
        outputs = self.network(*(tensor[places] for tensor in inputs))
        if isinstance(outputs, Tensor):
            return gather(outputs)[:rows]
        return tuple(gather(tensor)[:rows] for tensor in outputs)


def gather(part: Tensor) -> Tensor:
    """Return the parts [rows, ...] of all processes, one after another: [count * rows, ...]."""
    whole: Tensor = Gather.apply(part.contiguous())  # type: ignore[no-untyped-call]
    return whole


class Gather(torch.autograd.Function):
    """`gather` for autograd: each process has the loss of all rows, and so its own gradient."""

    @staticmethod
    def forward(context: Any, part: Tensor) -> Tensor:
        """Return the rows of all."""
        parts = [torch.empty_like(part) for _ in range(dist.get_world_size())]
        dist.all_gather(parts, part)
        return torch.cat(parts)

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> Tensor:
        """Return the gradient of the own rows, times the processes: DDP takes the mean of all."""
        count = dist.get_world_size()
        return gradient.chunk(count)[dist.get_rank()] * count
