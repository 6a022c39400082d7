"""Fine-tuning: labelled text in, adapter out."""

from loredact.training.folder import train_into
from loredact.training.loop import DivergedError, Training, train
from loredact.training.progress import Progress, Step
from loredact.training.settings import Settings
from loredact.training.trained import Trained

__all__ = ["DivergedError", "Progress", "Settings", "Step", "Trained", "Training", "train", "train_into"]
