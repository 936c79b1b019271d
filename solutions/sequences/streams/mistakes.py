"""Wrong answers of the streams lesson, each with its catalogue id and its sentence."""

import math

import torch
import torch.nn.functional as F

from autograder.testing import mistake


def cut(state):
    """Return a state without its graph."""
    return tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()


def pairs(streams, chunk):
    """Cut inputs and targets into chunks."""
    return zip(streams[:, :-1].split(chunk, 1), streams[:, 1:].split(chunk, 1), strict=True)


def nats(logits, y):
    return F.cross_entropy(logits.transpose(1, 2), y)


def descend(optimizer, loss):
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


@mistake("M102", task="to_streams", says="Each row must be a contiguous piece of the text, in order.")
def rows_of_neighbours_unchecked(ids, batch_size):
    length = len(ids) // batch_size
    return ids[: batch_size * length].view(-1, batch_size)


@mistake("M102", task="to_streams", says="Each row must be a contiguous piece of the text, in order.")
def every_bth_id_unchecked(ids, batch_size):
    length = len(ids) // batch_size
    return ids[: batch_size * length].view(-1, batch_size).t().contiguous()


@mistake("M102", task="to_streams", says="Each row must be a contiguous piece of the text, in order.")
def batchify(ids, batch_size):
    length = len(ids) // batch_size
    return ids.narrow(0, 0, batch_size * length).view(batch_size, -1).t().contiguous()


def check(ids, batch_size):
    """Return T."""
    if batch_size > len(ids):
        raise ValueError("too few")
    return len(ids) // batch_size


@mistake("S01", task="to_streams", says="Drop the ids that are left over; do not fill up the last row.")
def padded_with_zeros(ids, batch_size):
    check(ids, batch_size)
    length = -(-len(ids) // batch_size)
    return F.pad(ids, (0, batch_size * length - len(ids))).reshape(batch_size, length).clone()


@mistake(
    "S02", task="to_streams", says="The ids that are left over are those at the end of the text, not at its beginning."
)
def the_first_ids_are_dropped(ids, batch_size):
    length = check(ids, batch_size)
    return ids[len(ids) - batch_size * length :].reshape(batch_size, length).clone()


@mistake(
    "S14",
    task="to_streams",
    says="Two things are missing: a copy, and the ValueError where there are fewer ids than streams.",
)
def a_view_unchecked(ids, batch_size):
    length = len(ids) // batch_size
    return ids[: batch_size * length].view(batch_size, -1)


@mistake(
    "S14",
    task="to_streams",
    says="Two things are missing: a copy, and the ValueError where there are fewer ids than streams.",
)
def a_view_of_no_ids(ids, batch_size):
    length = len(ids) // batch_size
    return ids[: batch_size * length].view(batch_size, length)


@mistake(
    "S04", task="to_streams", says="The streams have the dtype of the ids; a tensor made without a dtype has its own."
)
def floats(ids, batch_size):
    length = check(ids, batch_size)
    streams = torch.zeros(batch_size, length)
    for b in range(batch_size):
        streams[b] = ids[b * length : (b + 1) * length]
    return streams


@mistake(
    "S04", task="to_streams", says="The streams have the dtype of the ids; a tensor made without a dtype has its own."
)
def always_int64(ids, batch_size):
    length = check(ids, batch_size)
    return torch.tensor([ids[b * length : (b + 1) * length].tolist() for b in range(batch_size)])


@mistake("S06", task="to_streams", says="Drop the ids that are left over first: the others make equal rows.")
def nothing_is_dropped_or_copied(ids, batch_size):
    check(ids, batch_size)
    return ids.view(batch_size, -1)


@mistake("S06", task="to_streams", says="Drop the ids that are left over first: the others make equal rows.")
def a_view_of_everything(ids, batch_size):
    return ids.view(batch_size, -1)


@mistake(
    "S07", task="to_streams", says="All rows have T = L // B ids, and row b begins at b * T: first drop, then cut."
)
def longer_pieces_cut_down(ids, batch_size):
    length = check(ids, batch_size)
    return torch.stack([piece[:length] for piece in ids.tensor_split(batch_size)])


@mistake(
    "S07", task="to_streams", says="All rows have T = L // B ids, and row b begins at b * T: first drop, then cut."
)
def pieces_begin_too_far_apart(ids, batch_size):
    length = check(ids, batch_size)
    starts = [round(b * len(ids) / batch_size) for b in range(batch_size)]
    return torch.stack([ids[start : start + length] for start in starts])


@mistake("S09", task="to_streams", says="Return one tensor of shape (B, T), not a list of rows.")
def a_list_of_rows(ids, batch_size):
    length = check(ids, batch_size)
    return [ids[b * length : (b + 1) * length].clone() for b in range(batch_size)]


@mistake("S10", task="to_streams", says="The streams do not overlap: row b + 1 begins where row b ends.")
def rows_overlap_by_one(ids, batch_size):
    length = check(ids, batch_size)
    return torch.stack([ids[max(0, b * length - b) :][:length] for b in range(batch_size)])


@mistake("S13", task="to_streams", says="Ids that are left over are no error: drop them.")
def a_remainder_is_refused(ids, batch_size):
    if len(ids) % batch_size != 0:
        raise ValueError("not divisible")
    return ids.reshape(batch_size, -1).clone()


@mistake(
    "M47", task="train_tbptt", says="Your function keeps the state of its last call, with its graph: begin with None."
)
def kept_for_the_next_call(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], getattr(model, "state", None)
    for i, (x, y) in enumerate(pairs(streams, chunk)):
        if i > 0:
            state = cut(state)
        logits, state = model(x, state)
        loss = nats(logits, y)
        descend(optimizer, loss)
        losses.append(loss.item())
    model.state = state
    return losses


# Chunks in an order drawn at random are caught, but not named: what they return depends on chance.


@mistake("M59", task="train_tbptt", says="Return numbers: loss.item(), not tensors.")
def tensors_are_returned(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = nats(logits, y)
        descend(optimizer, loss)
        losses.append(loss)
        state = cut(state)
    return losses


@mistake(
    "M60", task="train_tbptt", says="Call backward() on the tensor; .item() is only for the number that you return."
)
def item_before_backward(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = nats(logits, y).item()
        descend(optimizer, loss)
        losses.append(loss)
        state = cut(state)
    return losses


@mistake(
    "M64",
    task="train_tbptt",
    says="You changed the streams; slices and transposes without an underscore make new tensors.",
)
def streams_turned_in_place(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    streams.t_()
    for x, y in zip(streams[:-1].split(chunk), streams[1:].split(chunk), strict=True):
        logits, state = model(x.T, state)
        loss = nats(logits, y.T)
        descend(optimizer, loss)
        losses.append(loss.item())
        state = cut(state)
    return losses


@mistake("M100", task="train_tbptt", says="The state begins anew in every chunk: carry it on to the next one.")
def reset_in_every_chunk(model, optimizer, streams, chunk):
    model.train()
    losses = []
    for x, y in pairs(streams, chunk):
        logits, _ = model(x, None)
        loss = nats(logits, y)
        descend(optimizer, loss)
        losses.append(loss.item())
    return losses


@mistake("S28", task="train_tbptt", says="Return the loss before the step, not the one after it.")
def the_loss_after_the_step(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits, after = model(x, state)
        descend(optimizer, nats(logits, y))
        with torch.no_grad():
            losses.append(nats(model(x, state)[0], y).item())
        state = cut(after)
    return losses


@mistake("S30", task="train_tbptt", says="Return the list of losses at the end of the function.")
def nothing_is_returned(model, optimizer, streams, chunk):
    model.train()
    state = None
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = nats(logits, y)
        descend(optimizer, loss)
        state = cut(state)


@mistake("S32", task="train_tbptt", says="chunk is not used: the whole streams make one chunk here.")
def everything_in_one_chunk(model, optimizer, streams, chunk):
    model.train()
    logits, _ = model(streams[:, :-1], None)
    loss = nats(logits, streams[:, 1:])
    descend(optimizer, loss)
    return [loss.item()]


@mistake(
    "S35", task="train_tbptt", says="Take a step after each chunk: one backward over all of them truncates nothing."
)
def one_backward_over_all_chunks(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        losses.append(nats(logits, y))
    descend(optimizer, sum(losses))
    return [loss.item() for loss in losses]


@mistake("S36", task="train_tbptt", says="All streams are read side by side, with one step for all of them.")
def row_by_row(model, optimizer, streams, chunk):
    model.train()
    losses = []
    for row in streams.split(1):
        state = None
        for x, y in pairs(row, chunk):
            logits, state = model(x, state)
            loss = nats(logits, y)
            descend(optimizer, loss)
            losses.append(loss.item())
            state = cut(state)
    return losses


@mistake("S38", task="train_tbptt", says="One call is one pass over the streams.")
def two_passes(model, optimizer, streams, chunk):
    model.train()
    losses = []
    for _ in range(2):
        state = None
        for x, y in pairs(streams, chunk):
            logits, state = model(x, state)
            loss = nats(logits, y)
            descend(optimizer, loss)
            losses.append(loss.item())
            state = cut(state)
    return losses


@mistake(
    "S46",
    task="train_tbptt",
    says="What is left at the end is a chunk of its own, however short; it belongs to no other.",
)
def the_rest_joins_the_last_chunk(model, optimizer, streams, chunk):
    model.train()
    losses, state, last = [], None, streams.shape[1] - 1
    starts = [chunk * i for i in range(max(1, last // chunk))]
    for start, stop in zip(starts, [*starts[1:], last], strict=True):
        logits, state = model(streams[:, start:stop], state)
        loss = nats(logits, streams[:, start + 1 : stop + 1])
        descend(optimizer, loss)
        losses.append(loss.item())
        state = cut(state)
    return losses
