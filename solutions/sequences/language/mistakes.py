"""What the edits of mistakes.toml need: all wrong answers of the language lesson are written there."""

import random
from collections import Counter

import torch
from torch.nn import functional as F

SEEN = set()
