"""Changed copies of training pictures: a whole batch at a time, where the batch lies."""

import torch
from torch import Tensor
from torch.nn import functional

from .config import Train


def augment(images: Tensor, recipe: Train) -> Tensor:
    """Mirror half of the images [n, channels, h, w] and move each by some pixels, if asked to."""
    count, device = len(images), images.device
    if recipe.flip:
        mirrored = torch.rand(count, 1, 1, 1, device=device) < 0.5
        images = torch.where(mirrored, images.flip(3), images)
    if recipe.shift:
        height, width = images.shape[2:]
        padded = functional.pad(images, [recipe.shift] * 4)
        moves = torch.randint(0, 2 * recipe.shift + 1, (2, count, 1), device=device)
        rows = moves[0] + torch.arange(height, device=device)
        columns = moves[1] + torch.arange(width, device=device)
        batch = torch.arange(count, device=device).view(-1, 1, 1)
        # Indexing pairs every row with every column: [n, h, w, channels].
        images = padded.permute(0, 2, 3, 1)[batch, rows[:, :, None], columns[:, None, :]]
        images = images.permute(0, 3, 1, 2)
    return images
