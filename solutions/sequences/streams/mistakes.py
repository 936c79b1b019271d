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
def rows_of_neighbours(ids, batch_size):
    length = check(ids, batch_size)
    return ids[: batch_size * length].reshape(length, batch_size).clone()


@mistake("M102", task="to_streams", says="Each row must be a contiguous piece of the text, in order.")
def every_bth_id(ids, batch_size):
    length = check(ids, batch_size)
    return ids[: batch_size * length].reshape(length, batch_size).T.clone()


@mistake("M102", task="to_streams", says="Each row must be a contiguous piece of the text, in order.")
def streams_as_columns(ids, batch_size):
    length = check(ids, batch_size)
    return ids[: batch_size * length].reshape(batch_size, length).T.clone()


@mistake("M102", task="to_streams", says="Each row must be a contiguous piece of the text, in order.")
def turned_and_laid_out_again(ids, batch_size):
    length = check(ids, batch_size)
    return ids[: batch_size * length].reshape(batch_size, length).T.reshape(batch_size, length).clone()


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


@mistake("S03", task="to_streams", says="The streams look into the memory of the text: hand out a copy.")
def a_view_of_the_text(ids, batch_size):
    length = check(ids, batch_size)
    return ids[: batch_size * length].view(batch_size, length)


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


@mistake("S05", task="to_streams", says="Raise ValueError where there are fewer ids than streams, and no other error.")
def no_error(ids, batch_size):
    length = len(ids) // batch_size
    return ids[: batch_size * length].reshape(batch_size, length).clone()


@mistake("S05", task="to_streams", says="Raise ValueError where there are fewer ids than streams, and no other error.")
def an_assertion(ids, batch_size):
    assert len(ids) >= batch_size
    length = len(ids) // batch_size
    return ids[: batch_size * length].reshape(batch_size, length).clone()


@mistake("S06", task="to_streams", says="Drop the ids that are left over first: the others make equal rows.")
def nothing_is_dropped(ids, batch_size):
    check(ids, batch_size)
    return ids.reshape(batch_size, -1).clone()


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


@mistake("S08", task="to_streams", says="T is L // B: no id is kept back for the last target.")
def one_id_kept_for_the_target(ids, batch_size):
    check(ids, batch_size)
    length = (len(ids) - 1) // batch_size
    return ids[: batch_size * length].reshape(batch_size, length).clone()


@mistake("S09", task="to_streams", says="Return one tensor of shape (B, T), not a list of rows.")
def a_list_of_rows(ids, batch_size):
    length = check(ids, batch_size)
    return [ids[b * length : (b + 1) * length].clone() for b in range(batch_size)]


@mistake("S10", task="to_streams", says="The streams do not overlap: row b + 1 begins where row b ends.")
def rows_overlap_by_one(ids, batch_size):
    length = check(ids, batch_size)
    return torch.stack([ids[max(0, b * length - b) :][:length] for b in range(batch_size)])


@mistake("S11", task="to_streams", says="You changed the ids that you were given; make a new tensor.")
def resized_in_place(ids, batch_size):
    length = check(ids, batch_size)
    return ids.resize_(batch_size, length).clone()


@mistake("S12", task="to_streams", says="As many ids as streams are enough: T is 1 then, and no error.")
def one_id_a_stream_is_refused(ids, batch_size):
    if len(ids) <= batch_size:
        raise ValueError("too few")
    length = len(ids) // batch_size
    return ids[: batch_size * length].reshape(batch_size, length).clone()


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


@mistake(
    "M101", task="train_tbptt", says="A pass begins with the state None and reads its chunks in the order of the text."
)
def kept_over_epochs(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], getattr(model, "state", None)
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = nats(logits, y)
        descend(optimizer, loss)
        losses.append(loss.item())
        state = model.state = cut(state)
    return losses


# Chunks in an order drawn at random are caught, but not named: what they return depends on chance.
@mistake(
    "M101", task="train_tbptt", says="A pass begins with the state None and reads its chunks in the order of the text."
)
def chunks_in_another_order(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in reversed(list(pairs(streams, chunk))):
        logits, state = model(x, state)
        loss = nats(logits, y)
        descend(optimizer, loss)
        losses.append(loss.item())
        state = cut(state)
    return losses


@mistake(
    "M51", task="train_tbptt", says="Gradients of earlier chunks are still there: call optimizer.zero_grad() for each."
)
def never_zeroed(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = nats(logits, y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        state = cut(state)
    return losses


@mistake(
    "M51", task="train_tbptt", says="Gradients of earlier chunks are still there: call optimizer.zero_grad() for each."
)
def zeroed_once_before_the_loop(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    optimizer.zero_grad()
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = nats(logits, y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        state = cut(state)
    return losses


@mistake("M52", task="train_tbptt", says="You erased the gradients before the step could use them.")
def zeroed_before_the_step(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = nats(logits, y)
        loss.backward()
        optimizer.zero_grad()
        optimizer.step()
        losses.append(loss.item())
        state = cut(state)
    return losses


@mistake("M53", task="train_tbptt", says="backward() first, then step().")
def step_before_backward(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = nats(logits, y)
        optimizer.zero_grad()
        optimizer.step()
        loss.backward()
        losses.append(loss.item())
        state = cut(state)
    return losses


@mistake("M54", task="train_tbptt", says="Nothing changed the parameters: is step() or backward() missing?")
def no_step(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = nats(logits, y)
        optimizer.zero_grad()
        loss.backward()
        losses.append(loss.item())
        state = cut(state)
    return losses


@mistake("M54", task="train_tbptt", says="Nothing changed the parameters: is step() or backward() missing?")
def no_backward(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = nats(logits, y)
        optimizer.zero_grad()
        optimizer.step()
        losses.append(loss.item())
        state = cut(state)
    return losses


@mistake("M55", task="train_tbptt", says="Your gradient is doubled: backward() runs twice.")
def backward_twice(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = nats(logits, y)
        optimizer.zero_grad()
        loss.backward(retain_graph=True)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        state = cut(state)
    return losses


@mistake(
    "M56",
    task="train_tbptt",
    says="The loss is the mean over all targets of a chunk, in nats: no sum, no bits, no perplexity.",
)
def the_sum(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = F.cross_entropy(logits.transpose(1, 2), y, reduction="sum")
        descend(optimizer, loss)
        losses.append(loss.item())
        state = cut(state)
    return losses


@mistake(
    "M56",
    task="train_tbptt",
    says="The loss is the mean over all targets of a chunk, in nats: no sum, no bits, no perplexity.",
)
def the_sum_over_time(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = sum(F.cross_entropy(logits[:, t], y[:, t]) for t in range(y.shape[1]))
        descend(optimizer, loss)
        losses.append(loss.item())
        state = cut(state)
    return losses


@mistake(
    "M56",
    task="train_tbptt",
    says="The loss is the mean over all targets of a chunk, in nats: no sum, no bits, no perplexity.",
)
def the_sum_over_streams(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = nats(logits, y) * len(y)
        descend(optimizer, loss)
        losses.append(loss.item())
        state = cut(state)
    return losses


@mistake(
    "M56",
    task="train_tbptt",
    says="The loss is the mean over all targets of a chunk, in nats: no sum, no bits, no perplexity.",
)
def the_sum_is_returned(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = nats(logits, y)
        descend(optimizer, loss)
        losses.append(loss.item() * y.numel())
        state = cut(state)
    return losses


@mistake(
    "M56",
    task="train_tbptt",
    says="The loss is the mean over all targets of a chunk, in nats: no sum, no bits, no perplexity.",
)
def bits(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = nats(logits, y)
        descend(optimizer, loss)
        losses.append(loss.item() / math.log(2))
        state = cut(state)
    return losses


@mistake(
    "M56",
    task="train_tbptt",
    says="The loss is the mean over all targets of a chunk, in nats: no sum, no bits, no perplexity.",
)
def perplexity(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = nats(logits, y)
        descend(optimizer, loss)
        losses.append(math.exp(loss.item()))
        state = cut(state)
    return losses


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


@mistake("M61", task="train_tbptt", says="You cut the graph inside of a chunk; cut it between chunks only.")
def cut_after_every_step(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits = []
        for x_t in x.split(1, 1):
            said, state = model(x_t, state)
            state = cut(state)
            logits.append(said)
        loss = nats(torch.cat(logits, 1), y)
        descend(optimizer, loss)
        losses.append(loss.item())
    return losses


@mistake("M62", task="train_tbptt", says="no_grad belongs into an evaluation, not into training.")
def no_grad_in_training(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        with torch.no_grad():
            logits, state = model(x, state)
        loss = nats(logits, y)
        descend(optimizer, loss)
        losses.append(loss.item())
    return losses


@mistake("M63", task="train_tbptt", says="Call model.train() before the first chunk: dropout may still be off.")
def train_is_missing(model, optimizer, streams, chunk):
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = nats(logits, y)
        descend(optimizer, loss)
        losses.append(loss.item())
        state = cut(state)
    return losses


@mistake("M63", task="train_tbptt", says="Call model.train() before the first chunk: dropout may still be off.")
def eval_in_training(model, optimizer, streams, chunk):
    model.eval()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = nats(logits, y)
        descend(optimizer, loss)
        losses.append(loss.item())
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


@mistake("M98", task="train_tbptt", says="Detach the state between chunks: the graph of the chunk before is gone.")
def the_state_keeps_its_graph(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = nats(logits, y)
        descend(optimizer, loss)
        losses.append(loss.item())
    return losses


@mistake("M98", task="train_tbptt", says="Detach the state between chunks: the graph of the chunk before is gone.")
def detached_and_thrown_away(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = nats(logits, y)
        descend(optimizer, loss)
        losses.append(loss.item())
        cut(state)
    return losses


@mistake("M99", task="train_tbptt", says="Do not retain the graph; detach the state between chunks.")
def the_graph_is_retained(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = nats(logits, y)
        optimizer.zero_grad()
        loss.backward(retain_graph=True)
        optimizer.step()
        losses.append(loss.item())
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


@mistake("M100", task="train_tbptt", says="The state begins anew in every chunk: carry it on to the next one.")
def zeros_in_every_chunk(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = nats(logits, y)
        descend(optimizer, loss)
        losses.append(loss.item())
        zeros = [torch.zeros_like(part) for part in (state if isinstance(state, tuple) else (state,))]
        state = tuple(zeros) if isinstance(state, tuple) else zeros[0]
    return losses


@mistake(
    "M104", task="train_tbptt", says="The target is the next id: streams[:, 1:] beside the inputs streams[:, :-1]."
)
def targets_not_shifted(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, _ in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = nats(logits, x)
        descend(optimizer, loss)
        losses.append(loss.item())
        state = cut(state)
    return losses


@mistake(
    "M104", task="train_tbptt", says="The target is the next id: streams[:, 1:] beside the inputs streams[:, :-1]."
)
def inputs_are_the_targets(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for _, y in pairs(streams, chunk):
        logits, state = model(y, state)
        loss = nats(logits, y)
        descend(optimizer, loss)
        losses.append(loss.item())
        state = cut(state)
    return losses


@mistake(
    "M104", task="train_tbptt", says="The target is the next id: streams[:, 1:] beside the inputs streams[:, :-1]."
)
def all_ids_are_both(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x in streams.split(chunk, 1):
        logits, state = model(x, state)
        loss = nats(logits, x)
        descend(optimizer, loss)
        losses.append(loss.item())
        state = cut(state)
    return losses


@mistake(
    "M104", task="train_tbptt", says="The target is the next id: streams[:, 1:] beside the inputs streams[:, :-1]."
)
def the_id_before(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits, state = model(y, state)
        loss = nats(logits, x)
        descend(optimizer, loss)
        losses.append(loss.item())
        state = cut(state)
    return losses


@mistake(
    "M104", task="train_tbptt", says="The target is the next id: streams[:, 1:] beside the inputs streams[:, :-1]."
)
def two_ids_ahead(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in zip(streams[:, :-2].split(chunk, 1), streams[:, 2:].split(chunk, 1), strict=True):
        logits, state = model(x, state)
        loss = nats(logits, y)
        descend(optimizer, loss)
        losses.append(loss.item())
        state = cut(state)
    return losses


@mistake(
    "M105",
    task="train_tbptt",
    says="The last id of a stream has no target: roll makes the first id of the row follow it.",
)
def the_first_id_follows_the_last(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    targets = streams.roll(-1, 1)
    for x, y in zip(streams.split(chunk, 1), targets.split(chunk, 1), strict=True):
        logits, state = model(x, state)
        loss = nats(logits, y)
        descend(optimizer, loss)
        losses.append(loss.item())
        state = cut(state)
    return losses


@mistake(
    "M106",
    task="train_tbptt",
    says="cross_entropy wants the V logits of a target in axis 1: flatten B and t, or swap the axes.",
)
def logits_not_flattened(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = F.cross_entropy(logits, y)
        descend(optimizer, loss)
        losses.append(loss.item())
        state = cut(state)
    return losses


@mistake("M107", task="train_tbptt", says="cross_entropy takes the logits as they are; it applies the softmax itself.")
def softmax_before_cross_entropy(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = nats(logits.softmax(-1), y)
        descend(optimizer, loss)
        losses.append(loss.item())
        state = cut(state)
    return losses


@mistake(
    "M108", task="train_tbptt", says="Logits and targets are flattened in different orders: leave V the last axis."
)
def logits_scrambled(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = F.cross_entropy(logits.transpose(1, 2).reshape(-1, logits.shape[-1]), y.flatten())
        descend(optimizer, loss)
        losses.append(loss.item())
        state = cut(state)
    return losses


@mistake(
    "M108", task="train_tbptt", says="Logits and targets are flattened in different orders: leave V the last axis."
)
def targets_flattened_by_time(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = F.cross_entropy(logits.flatten(0, 1), y.T.flatten())
        descend(optimizer, loss)
        losses.append(loss.item())
        state = cut(state)
    return losses


@mistake(
    "M66",
    task="train_tbptt",
    says="One step a chunk: step() belongs into the loop, with the gradient of that chunk alone.",
)
def step_after_the_loop(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    optimizer.zero_grad()
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = nats(logits, y)
        loss.backward()
        losses.append(loss.item())
        state = cut(state)
    optimizer.step()
    return losses


@mistake(
    "M66",
    task="train_tbptt",
    says="One step a chunk: step() belongs into the loop, with the gradient of that chunk alone.",
)
def only_the_last_chunk_is_stepped(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        optimizer.zero_grad()
        logits, state = model(x, state)
        loss = nats(logits, y)
        loss.backward()
        losses.append(loss.item())
        state = cut(state)
    optimizer.step()
    return losses


@mistake("M65", task="train_tbptt", says="Use the optimizer that you were given; do not make one of your own.")
def an_optimizer_of_its_own(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = nats(logits, y)
        descend(optimizer, loss)
        losses.append(loss.item())
        state = cut(state)
    return losses


@mistake("M14", task="train_tbptt", says="The model is batch first: hand it ids of shape (B, t), not (t, B).")
def time_first(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        if state is not None:
            state = cut(state)
        logits, state = model(x.T, state)
        loss = nats(logits, y.T)
        descend(optimizer, loss)
        losses.append(loss.item())
    return losses


@mistake("S20", task="train_tbptt", says="The last chunk is shorter, but it is read and trained on as well.")
def the_short_chunk_is_dropped(model, optimizer, streams, chunk):
    model.train()
    losses, state, count = [], None, (streams.shape[1] - 1) // chunk
    for x, y in list(pairs(streams, chunk))[: max(1, count)]:
        logits, state = model(x, state)
        loss = nats(logits, y)
        descend(optimizer, loss)
        losses.append(loss.item())
        state = cut(state)
    return losses


@mistake(
    "S21", task="train_tbptt", says="Shift first, then cut: a shift inside of a chunk loses a target at each boundary."
)
def shifted_inside_of_each_chunk(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for ids in streams.split(chunk, 1):
        x, y = (ids[:, :-1], ids[:, 1:]) if ids.shape[1] > 1 else (ids, ids)
        logits, state = model(x, state)
        loss = nats(logits, y)
        descend(optimizer, loss)
        losses.append(loss.item())
        state = cut(state)
    return losses


@mistake(
    "S21", task="train_tbptt", says="Shift first, then cut: a shift inside of a chunk loses a target at each boundary."
)
def shifted_inside_and_nothing_left(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for ids in streams.split(chunk, 1):
        x, y = ids[:, :-1], ids[:, 1:]
        if x.shape[1] == 0:
            continue
        logits, state = model(x, state)
        loss = nats(logits, y)
        descend(optimizer, loss)
        losses.append(loss.item())
        state = cut(state)
    return losses


@mistake(
    "S21", task="train_tbptt", says="Shift first, then cut: a shift inside of a chunk loses a target at each boundary."
)
def a_chunk_and_one_more(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for ids in streams.split(chunk + 1, 1):
        x, y = ids[:, :-1], ids[:, 1:]
        if x.shape[1] == 0:
            continue
        logits, state = model(x, state)
        loss = nats(logits, y)
        descend(optimizer, loss)
        losses.append(loss.item())
        state = cut(state)
    return losses


@mistake(
    "S22", task="train_tbptt", says="The state of an LSTM is a tuple, which has no detach(): detach each of its parts."
)
def tuples_are_not_expected(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = nats(logits, y)
        descend(optimizer, loss)
        losses.append(loss.item())
        state = state.detach()
    return losses


@mistake("S23", task="train_tbptt", says="A state that is a tensor stays one: only a tuple is taken apart.")
def tensors_are_not_expected(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = nats(logits, y)
        descend(optimizer, loss)
        losses.append(loss.item())
        state = tuple(part.detach() for part in state)
    return losses


@mistake("S23", task="train_tbptt", says="A state that is a tensor stays one: only a tuple is taken apart.")
def always_a_pair(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits, (h, c) = model(x, state)
        loss = nats(logits, y)
        descend(optimizer, loss)
        losses.append(loss.item())
        state = (h.detach(), c.detach())
    return losses


@mistake("S24", task="train_tbptt", says="Detach both parts of an LSTM's state: c keeps the graph as h does.")
def only_h_is_detached(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = nats(logits, y)
        descend(optimizer, loss)
        losses.append(loss.item())
        state = (state[0].detach(), state[1]) if isinstance(state, tuple) else state.detach()
    return losses


@mistake("S25", task="train_tbptt", says="Hand the parts of an LSTM's state on in their order, (h, c).")
def h_and_c_are_swapped(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = nats(logits, y)
        descend(optimizer, loss)
        losses.append(loss.item())
        state = (state[1].detach(), state[0].detach()) if isinstance(state, tuple) else state.detach()
    return losses


@mistake("S26", task="train_tbptt", says="Hand on c as well as h: the memory of an LSTM is in c.")
def c_is_not_handed_on(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = nats(logits, y)
        descend(optimizer, loss)
        losses.append(loss.item())
        state = (state[0].detach(), torch.zeros_like(state[1])) if isinstance(state, tuple) else state.detach()
    return losses


@mistake("S27", task="train_tbptt", says="Every chunk hands on its own state; you go on with that of the first one.")
def the_state_of_the_first_chunk(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits, after = model(x, state)
        loss = nats(logits, y)
        descend(optimizer, loss)
        losses.append(loss.item())
        state = cut(after) if state is None else state
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


@mistake("S29", task="train_tbptt", says="Return the loss of each chunk in a list, not their mean.")
def the_mean_is_returned(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = nats(logits, y)
        descend(optimizer, loss)
        losses.append(loss.item())
        state = cut(state)
    return sum(losses) / len(losses)


@mistake("S30", task="train_tbptt", says="Return the list of losses at the end of the function.")
def nothing_is_returned(model, optimizer, streams, chunk):
    model.train()
    state = None
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = nats(logits, y)
        descend(optimizer, loss)
        state = cut(state)


@mistake("S30", task="train_tbptt", says="Return the list of losses at the end of the function.")
def returned_in_the_loop(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = nats(logits, y)
        descend(optimizer, loss)
        losses.append(loss.item())
        state = cut(state)
        return losses
    return losses


@mistake("S31", task="train_tbptt", says="The last chunk is shorter: divide its sum by the targets that it has.")
def divided_by_a_full_chunk(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    size = min(chunk, streams.shape[1] - 1)
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = F.cross_entropy(logits.transpose(1, 2), y, reduction="sum") / (len(y) * size)
        descend(optimizer, loss)
        losses.append(loss.item())
        state = cut(state)
    return losses


@mistake("S32", task="train_tbptt", says="chunk is not used: the whole streams make one chunk here.")
def everything_in_one_chunk(model, optimizer, streams, chunk):
    model.train()
    logits, _ = model(streams[:, :-1], None)
    loss = nats(logits, streams[:, 1:])
    descend(optimizer, loss)
    return [loss.item()]


@mistake("S33", task="train_tbptt", says="chunk is not used: every id is a chunk of its own here.")
def a_step_for_every_id(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, 1):
        logits, state = model(x, state)
        loss = nats(logits, y)
        descend(optimizer, loss)
        losses.append(loss.item())
        state = cut(state)
    return losses


@mistake("S34", task="train_tbptt", says="Chunks are cut along time, dim=1; split alone cuts the batch.")
def cut_along_the_batch(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in zip(streams[:, :-1].split(chunk), streams[:, 1:].split(chunk), strict=True):
        logits, state = model(x, state)
        loss = nats(logits, y)
        descend(optimizer, loss)
        losses.append(loss.item())
        state = cut(state)
    return losses


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


@mistake(
    "S35", task="train_tbptt", says="Take a step after each chunk: one backward over all of them truncates nothing."
)
def one_backward_over_all_chunks_cut(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        losses.append(nats(logits, y))
        state = cut(state)
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


@mistake("S37", task="train_tbptt", says="The gradients are used as they are; no clipping is asked for here.")
def clipped_to_one(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = nats(logits, y)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
        state = cut(state)
    return losses


@mistake("S37", task="train_tbptt", says="The gradients are used as they are; no clipping is asked for here.")
def clipped_to_five(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = nats(logits, y)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        losses.append(loss.item())
        state = cut(state)
    return losses


@mistake("S37", task="train_tbptt", says="The gradients are used as they are; no clipping is asked for here.")
def clipped_by_value(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = nats(logits, y)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_value_(model.parameters(), 5.0)
        optimizer.step()
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
    "S39",
    task="train_tbptt",
    says="The targets are a slice, and view wants them in one piece of memory: use reshape or flatten.",
)
def view_of_a_slice(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = F.cross_entropy(logits.view(-1, logits.shape[-1]), y.view(-1))
        descend(optimizer, loss)
        losses.append(loss.item())
        state = cut(state)
    return losses


@mistake(
    "S40",
    task="train_tbptt",
    says="The last input is the last id but one: your last chunk has more inputs than targets.",
)
def the_last_id_is_an_input(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for start in range(0, streams.shape[1] - 1, chunk):
        x, y = streams[:, start : start + chunk], streams[:, start + 1 : start + 1 + chunk]
        logits, state = model(x, state)
        loss = F.cross_entropy(logits.flatten(0, 1), y.flatten())
        descend(optimizer, loss)
        losses.append(loss.item())
        state = cut(state)
    return losses


@mistake("S41", task="train_tbptt", says="There are T - 1 pairs: counted up to T, the last chunk may be empty.")
def an_empty_chunk_at_the_end(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for start in range(0, streams.shape[1], chunk):
        x, y = streams[:, :-1][:, start : start + chunk], streams[:, 1:][:, start : start + chunk]
        logits, state = model(x, state)
        loss = nats(logits, y)
        descend(optimizer, loss)
        losses.append(loss.item())
        state = cut(state)
    return losses


@mistake("S42", task="train_tbptt", says="Return each chunk's own loss, not the mean of all so far.")
def running_means(model, optimizer, streams, chunk):
    model.train()
    losses, state, total = [], None, 0.0
    for count, (x, y) in enumerate(pairs(streams, chunk), 1):
        logits, state = model(x, state)
        loss = nats(logits, y)
        descend(optimizer, loss)
        total += loss.item()
        losses.append(total / count)
        state = cut(state)
    return losses


@mistake(
    "S43",
    task="train_tbptt",
    says="nll_loss wants logarithms of probabilities: take cross_entropy, or log_softmax first.",
)
def nll_of_logits(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = F.nll_loss(logits.transpose(1, 2), y)
        descend(optimizer, loss)
        losses.append(loss.item())
        state = cut(state)
    return losses


@mistake(
    "S45",
    task="train_tbptt",
    says="The state is the one that the model returned while it read the chunk, before the step.",
)
def the_state_after_the_step(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits, _ = model(x, state)
        loss = nats(logits, y)
        descend(optimizer, loss)
        losses.append(loss.item())
        state = cut(model(x, state)[1])
    return losses


@mistake("S44", task="train_tbptt", says="The loss counts every target of a chunk, not only the last one of each row.")
def only_the_last_target(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = F.cross_entropy(logits[:, -1], y[:, -1])
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


@mistake("S47", task="train_tbptt", says="Every chunk but the last has `chunk` steps; yours are made of equal lengths.")
def chunks_of_equal_lengths(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    count = math.ceil((streams.shape[1] - 1) / chunk)
    for x, y in zip(streams[:, :-1].tensor_split(count, 1), streams[:, 1:].tensor_split(count, 1), strict=True):
        logits, state = model(x, state)
        loss = nats(logits, y)
        descend(optimizer, loss)
        losses.append(loss.item())
        state = cut(state)
    return losses


@mistake("S48", task="train_tbptt", says="chunk is the number of steps in a chunk, not the number of chunks.")
def as_many_chunks(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in zip(streams[:, :-1].chunk(chunk, 1), streams[:, 1:].chunk(chunk, 1), strict=True):
        logits, state = model(x, state)
        loss = nats(logits, y)
        descend(optimizer, loss)
        losses.append(loss.item())
        state = cut(state)
    return losses
