"""Right answers of the padding lesson, written otherwise."""

import copy
import itertools

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence, unpad_sequence

from autograder.testing import alternative


@alternative("last_output", "gather with an expanded index")
def by_gather(output, lengths):
    index = (lengths - 1).view(-1, 1, 1).expand(-1, 1, output.size(2))
    return output.gather(1, index).squeeze(1)


@alternative("last_output", "a loop over the rows, stacked")
def by_loop(output, lengths):
    last = []
    for n in range(output.size(0)):
        last.append(output[n, lengths[n].item() - 1])
    return torch.stack(last)


@alternative("last_output", "one hot over time, einsum")
def by_one_hot(output, lengths):
    chosen = F.one_hot(lengths - 1, output.shape[1]).to(output.dtype)  # (N, T)
    return torch.einsum("nt,nth->nh", chosen, output)


@alternative("last_output", "multiplied by a mask and summed")
def by_mask_and_sum(output, lengths):
    mask = torch.arange(output.size(1), device=output.device).unsqueeze(0) == lengths.unsqueeze(1) - 1
    return (output * mask.unsqueeze(-1).type_as(output)).sum(dim=1)


@alternative("last_output", "a boolean mask as index")
def by_boolean_index(output, lengths):
    N, T, H = output.shape
    steps = torch.arange(1, T + 1, device=output.device).expand(N, T)
    return output[steps == lengths[:, None]].view(N, H)


@alternative("last_output", "flat rows, index_select")
def by_flat_index(output, lengths):
    n, t, h = output.size()
    place = torch.arange(n, device=output.device) * t + lengths - 1
    return torch.index_select(output.reshape(n * t, h), 0, place)


@alternative("last_output", "preallocated, filled from a list of lengths")
def preallocated(output, lengths):
    last = torch.empty_like(output[:, 0])
    for row, length in enumerate(lengths.tolist()):
        last[row] = output[row, :length][-1]
    return last


@alternative("last_output", "the diagonal of every row at every length")
def by_diagonal(output, lengths):
    return output[:, lengths - 1].diagonal(dim1=0, dim2=1).T.clone()


@alternative("last_output", "vmap over the rows")
def by_vmap(output, lengths):
    return torch.vmap(lambda row, length: row.index_select(0, length[None] - 1)[0])(output, lengths)


@alternative("last_output", "take_along_dim, typed, with a default")
def by_take_along_dim(output: torch.Tensor, lengths: torch.Tensor, dim: int = 1) -> torch.Tensor:
    assert output.dim() == 3 and lengths.dim() == 1
    return torch.take_along_dim(output, lengths.sub(1)[:, None, None], dim=dim)[:, 0]


@alternative("last_output", "step by step, kept where a row still runs")
def by_scan(output, lengths):
    kept = output[:, 0].clone()
    for t, out_t in enumerate(output.unbind(1)):
        kept = torch.where((lengths > t)[:, None], out_t, kept)
    return kept


@alternative("last_output", "unpadded rows")
def by_unpadding(output, lengths):
    return torch.cat([row[-1:] for row in unpad_sequence(output, lengths, batch_first=True)])


@alternative("encode", "the plain run, then the step of each row")
def plain_run_and_pick(rnn, x, lengths):
    output, _ = rnn(x)
    return last_output(output, lengths)


@alternative("encode", "packed, padded again, gathered")
def packed_and_gathered(rnn, x, lengths):
    packed = pack_padded_sequence(x, lengths.cpu(), enforce_sorted=False, batch_first=True)
    output, lens = pad_packed_sequence(rnn(packed)[0], batch_first=True)
    idx = (lens.to(x.device) - 1)[:, None, None].expand(-1, -1, output.size(-1))
    return torch.gather(output, 1, idx)[:, 0, :]


@alternative("encode", "sorted by hand and brought back")
def sorted_by_hand(rnn, x, lengths):
    sorted_lengths, order = torch.sort(lengths, descending=True)
    packed = pack_padded_sequence(x[order], sorted_lengths, batch_first=True)
    h_sorted = rnn(packed)[1][-1]
    _, back = order.sort()
    return h_sorted.index_select(0, back)


@alternative("encode", "sorted by hand, written back into place")
def sorted_and_written_back(rnn, x, lengths):
    order = sorted(range(len(lengths)), key=lambda n: -int(lengths[n]))
    _, hidden = rnn(pack_padded_sequence(x[order], [int(lengths[n]) for n in order], True))
    result = torch.zeros_like(hidden[-1])
    result[order] = hidden[-1]
    return result


@alternative("encode", "each row alone")
def each_row_alone(rnn, x, lengths):
    states = []
    for row, length in zip(x, lengths, strict=True):
        _, h = rnn(row[:length].unsqueeze(0))
        states.append(h[-1, 0])
    return torch.stack(states, dim=0)


@alternative("encode", "step by step, a row that has ended keeps its state")
def frozen_step_by_step(rnn, x, lengths):
    hx = x.new_zeros(rnn.num_layers, x.size(0), rnn.hidden_size)
    for t in range(x.size(1)):
        _, new = rnn(x[:, t : t + 1], hx)
        running = (t < lengths).to(x.dtype).view(1, -1, 1)
        hx = running * new + (1 - running) * hx
    return hx[-1]


@alternative("encode", "time first")
def time_first(rnn, x, lengths):
    packed = nn.utils.rnn.pack_padded_sequence(x.transpose(0, 1), lengths, enforce_sorted=False)
    output, _ = nn.utils.rnn.pad_packed_sequence(rnn(packed)[0])
    return output[lengths - 1, torch.arange(x.shape[0])]


@alternative("encode", "each row alone and without a batch")
def rows_without_a_batch(rnn, x, lengths):
    return torch.vstack([rnn(x[i][: lengths[i]])[0][-1] for i in range(len(x))])


@alternative("encode", "padded again with NaN, so that a read of padding would show")
def padded_again_with_nan(rnn, x, lengths):
    packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    out, _ = pad_packed_sequence(rnn(packed)[0], True, float("nan"), total_length=x.shape[1])
    return last_output(out, lengths)


@alternative("encode", "in eval mode for a moment, layers and directions apart")
def mode_put_back(rnn, x, lengths):
    was_training = rnn.training
    rnn.eval()
    packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    h_n = rnn(packed, x.new_zeros(rnn.num_layers, x.shape[0], rnn.hidden_size))[1]
    rnn.train(was_training)
    return h_n.view(rnn.num_layers, 1, x.shape[0], rnn.hidden_size)[-1, 0]


@alternative("encode", "rows of one length together")
def by_groups(rnn, x, lengths):
    result = [None] * len(x)
    for length in set(lengths.tolist()):
        (rows,) = torch.where(lengths == length)
        states = rnn(x[rows, :length])[0][:, -1]
        for row, state in zip(rows.tolist(), states.unbind(), strict=True):
            result[row] = state
    return torch.stack(result)


@alternative("encode", "packed by hand, read from the packed output")
def packed_by_hand(rnn, x, lengths):
    order = lengths.argsort(descending=True, stable=True)
    sizes = torch.tensor([int((lengths > t).sum()) for t in range(int(lengths.max()))])
    data = torch.cat([x[order[:size], t] for t, size in enumerate(sizes)])
    output = rnn(PackedSequence(data, sizes))[0].data
    starts = F.pad(sizes.cumsum(0), (1, 0))
    rank = order.argsort()
    return output[starts[lengths - 1] + rank]


@alternative("encode", "torch's own rule for unsorted rows, output unpadded")
def packed_and_unpadded(rnn, x, lengths):
    rows = [row[:n] for row, n in zip(x.unbind(), lengths.tolist(), strict=True)]
    out, _ = rnn(nn.utils.rnn.pack_sequence(rows, enforce_sorted=False))
    return torch.stack([row[-1] for row in nn.utils.rnn.unpack_sequence(out)])


@alternative("encode", "padding set to zero in a copy, then the plain run")
def zeros_in_a_copy(rnn, x, lengths):
    x = x.clone()
    for n in range(x.shape[0]):
        x[n, lengths[n] :] = 0
    out = rnn(x)[0]
    return torch.cat([out[n : n + 1, lengths[n] - 1] for n in range(out.shape[0])], 0)


@alternative("encode", "layer by layer with cells of torch's functions")
def cells_by_hand(rnn, x, lengths):
    cell = (
        torch.gru_cell if rnn.mode == "GRU" else torch.rnn_relu_cell if rnn.mode == "RNN_RELU" else torch.rnn_tanh_cell
    )
    for layer in range(rnn.num_layers):
        h = torch.zeros(x.size(0), rnn.hidden_size, dtype=x.dtype, device=x.device)
        states = []
        for x_t in x.unbind(dim=1):
            h = cell(x_t, h, *rnn.all_weights[layer])
            states.append(h)
        x = torch.stack(states, dim=1)
    return x[torch.arange(len(x)), lengths - 1, :]


class Summary(nn.Module):
    """A layer that runs packed and answers with its last state."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, batch, sizes):
        print("encoding", tuple(batch.shape))
        _, *rest = self.layer(pack_padded_sequence(batch, sizes.tolist(), True, False))
        return rest[0].unbind(0)[-1]


@alternative("encode", "a helper module, lengths as a list, prints")
def by_helper(rnn, x, lengths):
    return Summary(rnn)(x, lengths)


@alternative("encode", "functional_call on a copy of the layer")
def by_functional_call(rnn, x, lengths):
    twin = copy.deepcopy(rnn)
    output, _ = torch.func.functional_call(twin, dict(rnn.named_parameters()), (x,))
    mask = F.one_hot(lengths - 1, x.shape[1]).unsqueeze(-1)
    return (output * mask).sum(1)


@alternative("masked_mse", "squares multiplied by a mask")
def by_multiplication(pred, target, lengths):
    mask = (torch.arange(pred.size(1), device=pred.device)[None, :] < lengths[:, None]).float()
    loss = F.mse_loss(pred, target, reduction="none") * mask.to(pred)
    return loss.sum() / mask.sum().to(pred)


@alternative("masked_mse", "both masked, torch's loss, scaled")
def scaled_mean(pred, target, lengths):
    mask = torch.arange(pred.shape[-1], device=lengths.device) < lengths.unsqueeze(-1)
    zero = pred.new_zeros(())
    mean = nn.MSELoss()(torch.where(mask, pred, zero), torch.where(mask, target, zero))
    return mean * pred.numel() / lengths.sum()


@alternative("masked_mse", "a loop over the rows")
def by_rows(pred, target, lengths):
    total, count = 0.0, 0
    for p, t, n in zip(pred, target, lengths, strict=True):
        n = int(n)
        total = total + ((p[:n] - t[:n]) ** 2).sum()
        count += n
    return total / count


@alternative("masked_mse", "a loop over every step")
def step_by_step(pred, target, lengths):
    errors = []
    for n, length in enumerate(lengths.tolist()):
        for t in range(length):
            errors.append((pred[n][t] - target[n][t]).pow(2))
    return sum(errors) / len(errors)


@alternative("masked_mse", "packed steps")
def by_packing(pred, target, lengths):
    packed = (pack_padded_sequence(one, lengths, True, False).data for one in (pred, target))
    return F.mse_loss(*packed)


@alternative("masked_mse", "running sums, read at each end")
def by_running_sums(pred, target, lengths):
    sums = (pred - target).square().cumsum(dim=1)
    return sums.gather(1, lengths[:, None] - 1).sum() / lengths.sum()


@alternative("masked_mse", "row means, weighted by their lengths")
def weighted_row_means(pred, target, lengths):
    valid = torch.ones_like(pred).cumsum(1) <= lengths[:, None]
    errors = (pred - target).masked_fill(~valid, 0.0)
    means = torch.linalg.vecdot(errors, errors) / lengths
    return (means * lengths / lengths.sum()).sum()


@alternative("masked_mse", "unpadded rows, one after the other")
def by_unpadding_both(pred, target, lengths):
    p, t = (torch.cat(unpad_sequence(one, lengths, True)) for one in (pred, target))
    return torch.dist(p, t) ** 2 / p.numel()


@alternative("masked_mse", "a mask written row by row, masked_select")
def by_masked_select(pred, target, lengths):
    mask = torch.zeros_like(pred, dtype=torch.bool)
    for n in range(len(lengths)):
        mask[n, : lengths[n]] = True
    return torch.mean(torch.masked_select(torch.square(pred - target), mask))


@alternative("masked_mse", "places of all valid steps as two lists")
def by_places(pred, target, lengths):
    pairs = [itertools.product([n], range(length)) for n, length in enumerate(lengths.tolist())]
    rows, steps = (list(side) for side in zip(*itertools.chain(*pairs), strict=True))
    error = pred[rows, steps] - target[rows, steps]
    return error @ error / len(error)


@alternative("masked_mse", "a matrix of triangles, einsum")
def by_triangles(pred, target, lengths):
    steps = pred.shape[1]
    mask = torch.ones(steps + 1, steps, dtype=pred.dtype, device=pred.device).tril(-1)[lengths]
    error = pred - target
    return torch.einsum("nt,nt,nt->", error, error, mask) / mask.sum()


@alternative("masked_mse", "target taken for plain data, invalid errors not a number")
def by_nanmean(pred, target, lengths):
    padded = torch.arange(pred.size(1), device=pred.device)[None] >= lengths[:, None]
    return torch.nanmean(((pred - target.detach()) ** 2).masked_fill(padded, torch.nan))


@alternative("masked_mse", "row by row with vmap")
def by_vmap_of_rows(pred, target, lengths):
    def row_sum(p, t, n):
        return torch.where(torch.arange(len(p), device=p.device) < n, (p - t) ** 2, 0.0).sum()

    return torch.vmap(row_sum)(pred, target, lengths).sum() / lengths.sum()


@alternative("masked_mse", "a small number against division by zero")
def with_a_small_number(pred, target, lengths):
    mask = torch.stack([torch.arange(pred.size(1), device=pred.device) < length for length in lengths]).to(pred.dtype)
    return torch.sum(((pred - target) * mask) ** 2) / (torch.sum(mask) + 1e-6)


def packed(x, lengths):
    return pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)


@alternative("encode", "packed by a function")
def packed_apart(rnn, x, lengths):
    return rnn(packed(x, lengths))[1][-1]


@alternative("encode", "packed by a function, padded again, picked")
def packed_and_picked(rnn, x, lengths):
    output, _ = pad_packed_sequence(rnn(packed(x, lengths))[0], batch_first=True)
    return last_output(output, lengths)
