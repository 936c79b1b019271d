# %% [markdown]
# # Twice as much

# %%
import torch


# %%
def double(x):
    """Return twice x.

    Args:
        x: numbers, shape (N,).
    """
    # BEGIN SOLUTION
    return 2 * x
    # END SOLUTION


# %%
def double_all(xs):
    """Return twice each x."""
    # BEGIN SOLUTION
    return [double(x) for x in xs]
    # END SOLUTION
