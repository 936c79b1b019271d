# %% [markdown]
# # Training: a forecaster that learns
#
# You have windows of a sine wave, and you know how a recurrent cell works. Now PyTorch's own layers do the loop, and
# what is left is the craft of training: a model, a step, a loop around it, an honest evaluation, a picture.
#
# Letters: $N$ examples, $T$ time steps, $D$ input size, $H$ hidden size, $O$ outputs. Batch first.

# %%
import torch
from torch import nn

# %% [markdown]
# ## 1. The model
#
# A recurrent layer reads the window, a linear layer turns its last state into the forecast:
#
# $$h_t = \text{cell}(x_t, h_{t-1}), \qquad \hat y = W h_T + b$$
#
# | | shape |
# |---|---|
# | `x` | (N, T, input_size) |
# | output of the layer, with `batch_first=True` | (N, T, hidden_size) |
# | its last step | (N, hidden_size) |
# | the forecast | (N, output_size) |
#
# `output[:, -1]` is the last *step*; `output[-1]` would be the last *example*. `hx` is the state to start from: a
# tensor (num_layers, N, H) for RNN and GRU, a pair of them for LSTM, and None for zeros.

# %%
class Forecaster(nn.Module):
    """A recurrent layer and a linear head: from a window to the next value.

    Args:
        input_size: D, the numbers per time step.
        hidden_size: H.
        num_layers: how many recurrent layers are stacked.
        output_size: O, the numbers to forecast.
        cell: "RNN", "LSTM" or "GRU".

    Raises:
        ValueError: the cell has another name.
    """

    def __init__(self, input_size=1, hidden_size=16, num_layers=1, output_size=1, cell="RNN"):
        super().__init__()
        # YOUR CODE HERE
        raise NotImplementedError

    def forward(self, x, hx=None):
        """Forecast the value after each window.

        Args:
            x: windows, shape (N, T, input_size).
            hx: state to start from, as PyTorch's layer wants it; zeros if None.

        Returns: the forecasts, shape (N, output_size).
        """
        # YOUR CODE HERE
        raise NotImplementedError

# %% [markdown]
# *Example*: `unroll read sine/training` runs it here, with your code.

# %% [markdown]
# ## 2. One step
#
# The loss is the mean squared error, $\frac1N \sum_n (\hat y_n - y_n)^2$. One step of gradient descent is
#
# 1. forget the gradients of the step before: PyTorch *adds* new ones to them,
# 2. forward, and the loss,
# 3. backward: every parameter gets its gradient,
# 4. perhaps *clip*: if the norm of all gradients together is larger than `max_norm`, scale them down to it,
# 5. step: the optimizer moves the parameters.
#
# ![The five parts of a step in a row, and the way back to the first for the next epoch](training.svg)
#
# Two traps. Subtracting a target of shape $(N,)$ from a forecast of shape $(N, 1)$ gives $(N, N)$ without a word: every
# forecast is compared with every target. So check the shapes. And a loss that is kept as a tensor keeps its whole graph
# alive: return a number.

# %%
def train_step(model, optimizer, x, y, max_norm=None):
    """Take one step of gradient descent on the mean squared error.

    Args:
        model: reads x and says values of the shape of y; is put into training mode.
        optimizer: holds the model's parameters.
        x: inputs, shape (N, T, D).
        y: targets, shape (N, O).
        max_norm: the largest norm of all gradients together; no limit if None.

    Returns: the mean squared error before the step, a float.

    Raises:
        ValueError: model(x) and y differ in shape; then no parameter is changed.
    """
    # YOUR CODE HERE
    raise NotImplementedError

# %% [markdown]
# ## 3. The loop
#
# Training is the same step again and again. The optimizer is made *once*: Adam remembers the sizes of earlier
# gradients, and a new Adam in every epoch would have no memory.

# %%
def fit(model, x, y, epochs=100, lr=0.01, log_every=10):
    """Train a model with Adam on all examples at once.

    Prints a line such as `Epoch [10/100], Loss: 0.0123` every `log_every` epochs.

    Args:
        model: as in `train_step`.
        x: inputs, shape (N, T, D).
        y: targets, shape (N, O).
        epochs: how many steps.
        lr: Adam's learning rate.
        log_every: epochs between two printed lines.

    Returns: the mean squared error before each step, a list of `epochs` floats.
    """
    # YOUR CODE HERE
    raise NotImplementedError

# %% [markdown]
# *Example*: `unroll read sine/training` runs it here, with your code.

# %% [markdown]
# ## 4. Evaluate
#
# To evaluate is to look, not to touch. Dropout must be off (`eval()`), no graph may be built (`no_grad()`). The model
# goes back into the mode in which it came, because somebody may be in the middle of training it.

# %%
def evaluate(model, x, y):
    """Measure a model without changing it.

    Args:
        model: as in `train_step`; its mode is as before afterwards.
        x: inputs, shape (N, T, D).
        y: targets, shape (N, O).

    Returns:
        mse: the mean squared error, a float.
        predictions: what the model says, shape (N, O), without a graph.
    """
    # YOUR CODE HERE
    raise NotImplementedError

# %% [markdown]
# ## 5. Look at it
#
# A number says how large the error is, a picture says what kind of error it is: too flat, too late, wrong at the turns.

# %%
def plot_predictions(y_true, y_pred, ax=None):
    """Draw the true and the predicted values over time.

    Args:
        y_true: true values, shape (N,) or (N, 1).
        y_pred: predicted values, shape (N,) or (N, 1).
        ax: the matplotlib Axes to draw into; a new figure or the current axes if None.

    Returns: the Axes, with two lines labelled True and Predicted, a legend, and a label on each axis.
    """
    # YOUR CODE HERE
    raise NotImplementedError

# %% [markdown]
# *Example*: `unroll read sine/training` runs it here, with your code.
