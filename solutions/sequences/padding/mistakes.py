"""Wrong answers of the padding lesson, each with its catalogue id and its sentence.

M43, `out[:, -1]` of a padded batch, is the same as M92 in last_output, and its sentence there names both causes; in encode
it is the last column of an output that was packed, zeros, where M92 is that of the plain run. Its other half, the backward
direction, has no surface: encode is asked for one direction.

A mask that multiplies lets NaN and infinity through (0 * inf is NaN). It is no mistake here: padding is finite by the
docstrings, and who multiplies is right for every finite number.
"""

import copy

import torch
import torch.nn.functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from autograder.testing import mistake


def picked(output, lengths):
    return output[torch.arange(len(lengths)), lengths - 1]


def packed(x, lengths):
    return pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)


def valid(values, lengths):
    return torch.arange(values.shape[1], device=values.device) < lengths[:, None]


def squares(pred, target):
    return (pred - target) ** 2


# last_output


@mistake(
    "M92",
    task="last_output",
    says="The last column is padding in every shorter row, whether the layer was packed or not; take step lengths - 1.",
)
def a_copy_of_the_last_column(output, lengths):
    return output.select(1, output.shape[1] - 1).clone()


@mistake(
    "M92",
    task="last_output",
    says="The last column is padding in every shorter row, whether the layer was packed or not; take step lengths - 1.",
)
def the_last_column_after_padding_is_zero(output, lengths):
    return (output * valid(output, lengths).unsqueeze(2))[:, -1]


@mistake("M93", task="last_output", says="The last valid index is lengths - 1.")
def one_step_too_far_gathered(output, lengths):
    return output.gather(1, lengths.view(-1, 1, 1).expand(-1, 1, output.shape[2])).squeeze(1)


@mistake("M93", task="last_output", says="The last valid index is lengths - 1.")
def one_step_too_far_and_clamped(output, lengths):
    return output[torch.arange(len(output)), lengths.clamp(max=output.shape[1] - 1)]


@mistake("M93", task="last_output", says="The last valid index is lengths - 1.")
def one_step_too_far_by_a_mask(output, lengths):
    steps = torch.arange(output.shape[1], device=output.device)
    return (output * (steps == lengths[:, None]).unsqueeze(2)).sum(1)


@mistake(
    "P01", task="last_output", says="You are one step too early: subtract 1 once, the last valid index is lengths - 1."
)
def one_step_too_early(output, lengths):
    return output[torch.arange(len(output)), lengths - 2]


@mistake(
    "P01", task="last_output", says="You are one step too early: subtract 1 once, the last valid index is lengths - 1."
)
def one_step_too_early_and_clamped(output, lengths):
    return output[torch.arange(len(output)), (lengths - 2).clamp(min=0)]


@mistake(
    "P02",
    task="last_output",
    says="A slice before lengths - 1 takes every row at every length; index with the rows' numbers in its place.",
)
def every_row_at_every_length_selected(output, lengths):
    return torch.index_select(output, 1, lengths - 1)


@mistake("P03", task="last_output", says="The first axis counts the rows of the batch; time is the second.")
def lengths_index_the_batch(output, lengths):
    return output[lengths - 1, torch.arange(len(output))]


@mistake("P03", task="last_output", says="The first axis counts the rows of the batch; time is the second.")
def lengths_index_the_batch_alone(output, lengths):
    return output[lengths - 1][:, -1]


@mistake(
    "P06", task="last_output", says="The padding stands behind the end of a row; you count the steps from the right."
)
def counted_from_the_right(output, lengths):
    return output[torch.arange(len(output)), -lengths]


@mistake("M38", task="last_output", says="output[-1] is the last sample of the batch; time is the second axis.")
def the_last_sample(output, lengths):
    return output[-1].clone()


@mistake("M40", task="last_output", says="Take the output at the last valid step, not the mean over time.")
def the_mean_over_the_valid_steps(output, lengths):
    return (output * valid(output, lengths).unsqueeze(2)).sum(1) / lengths[:, None]


@mistake("P07", task="last_output", says="Take the output at the last valid step, not the sum over the valid ones.")
def the_sum_over_the_valid_steps(output, lengths):
    return (output * valid(output, lengths).unsqueeze(2)).sum(1)


@mistake("P08", task="last_output", says="Take the output at the last valid step, not the largest over time.")
def the_largest_over_the_valid_steps(output, lengths):
    return output.masked_fill(~valid(output, lengths).unsqueeze(2), -torch.inf).amax(1)


@mistake(
    "P09",
    task="last_output",
    says="The end of a row is what lengths says; padding need not be zero, and a zero need not be padding.",
)
def the_end_is_guessed_from_zeros(output, lengths):
    guessed = (output != 0).any(2).sum(1).clamp(min=1)
    return picked(output, guessed)


@mistake("P10", task="last_output", says="lengths is the caller's: write lengths - 1, not lengths -= 1.")
def lengths_are_changed(output, lengths):
    lengths -= 1
    return output[torch.arange(len(output)), lengths]


@mistake("M64", task="last_output", says="Do not modify output; make a new tensor.")
def padding_is_set_to_zero_in_place(output, lengths):
    output.data[~valid(output, lengths)] = 0
    return picked(output, lengths)


@mistake("M64", task="last_output", says="Do not modify output; make a new tensor.")
def padding_is_set_to_zero_in_place_and_seen_by_autograd(output, lengths):
    output[~valid(output, lengths)] = 0
    return picked(output, lengths)


@mistake("P11", task="last_output", says="Where nothing is padded your result is a view of output: make a copy.")
def a_view_where_nothing_is_padded(output, lengths):
    if bool((lengths == output.shape[1]).all()):
        return output[:, -1]
    return picked(output, lengths)


@mistake(
    "P12", task="last_output", says="squeeze() drops every axis of size 1, the batch as well; name the one you mean."
)
def squeezed(output, lengths):
    index = (lengths - 1).view(-1, 1, 1).expand(-1, 1, output.shape[2])
    return output.gather(1, index).squeeze()


@mistake(
    "P13",
    task="last_output",
    says="gather gives a result of the shape of its index: expand it over H, or you get the first unit alone.",
)
def the_index_is_not_expanded(output, lengths):
    return output.gather(1, (lengths - 1).view(-1, 1, 1)).squeeze(1)


@mistake("P14", task="last_output", says="The time axis is still there with size 1: the result has shape (N, H).")
def the_time_axis_is_kept(output, lengths):
    return picked(output, lengths).unsqueeze(1)


@mistake("M61", task="last_output", says="You cut the graph: no gradient comes through to output.")
def the_result_is_detached(output, lengths):
    return picked(output.detach(), lengths)


@mistake("M61", task="last_output", says="You cut the graph: no gradient comes through to output.")
def made_of_numbers(output, lengths):
    rows = [row[length - 1].tolist() for row, length in zip(output, lengths.tolist(), strict=True)]
    return torch.tensor(rows, dtype=output.dtype)


@mistake("P15", task="last_output", says="Keep the dtype of output: yours is always float32.")
def always_float32(output, lengths):
    last = torch.zeros(output.shape[0], output.shape[2])
    for n, length in enumerate(lengths):
        last[n] = output[n, length - 1]
    return last


@mistake("P16", task="last_output", says="Return one tensor of shape (N, H), not a list of rows.")
def a_list_of_rows(output, lengths):
    return [output[n, length - 1] for n, length in enumerate(lengths.tolist())]


@mistake(
    "P17", task="last_output", says="In the flat output a row takes T places, its padding too: row n begins at n T."
)
def flat_places_without_padding(output, lengths):
    return output.reshape(-1, output.shape[2])[lengths.cumsum(0) - 1]


@mistake(
    "P17", task="last_output", says="In the flat output a row takes T places, its padding too: row n begins at n T."
)
def flat_places_by_the_batch(output, lengths):
    n = output.shape[0]
    return output.reshape(-1, output.shape[2])[torch.arange(n) * n + lengths - 1]


@mistake("P18", task="last_output", says="The rows stay in the order of the caller; you sort them by length.")
def sorted_by_length(output, lengths):
    order = lengths.argsort(descending=True)
    return picked(output[order], lengths[order])


@mistake("M45", task="last_output", says="Make the mask where output is: torch.arange takes a device.")
def the_mask_is_made_on_the_cpu(output, lengths):
    mask = torch.arange(output.shape[1]) == lengths[:, None] - 1
    return (output * mask.unsqueeze(2)).sum(1)


# encode


@mistake("M92", task="encode", says="You read padding: pack the batch and take h_n, or take step lengths - 1.")
def h_n_of_the_plain_run(rnn, x, lengths):
    _, h_n = rnn(x)
    return h_n[-1]


@mistake(
    "M43",
    task="encode",
    says="Shorter rows come out as zeros in the last column of a packed output, and a backward direction has seen one step "
    "there: take h_n, which has the state of each row's own end.",
)
def the_last_column_after_packing(rnn, x, lengths):
    output, _ = pad_packed_sequence(rnn(packed(x, lengths))[0], batch_first=True)
    return output[:, -1]


@mistake(
    "M43",
    task="encode",
    says="Shorter rows come out as zeros in the last column of a packed output, and a backward direction has seen one step "
    "there: take h_n, which has the state of each row's own end.",
)
def the_last_column_after_packing_to_full_size(rnn, x, lengths):
    output, _ = pad_packed_sequence(rnn(packed(x, lengths))[0], batch_first=True, total_length=x.shape[1])
    return output[:, -1]


@mistake(
    "M43",
    task="encode",
    says="Shorter rows come out as zeros in the last column of a packed output, and a backward direction has seen one step "
    "there: take h_n, which has the state of each row's own end.",
)
def the_state_is_multiplied_by_the_mask(rnn, x, lengths):
    h = None
    for t in range(x.shape[1]):
        _, h = rnn(x[:, t : t + 1], h)
        h = h * (t < lengths).view(1, -1, 1)
    return h[-1]


@mistake("M93", task="encode", says="The last valid index is lengths - 1.")
def one_step_too_far_in_the_plain_run(rnn, x, lengths):
    return rnn(x)[0][torch.arange(len(x)), lengths]


@mistake("M93", task="encode", says="The last valid index is lengths - 1.")
def one_step_too_far_after_packing(rnn, x, lengths):
    output, sizes = pad_packed_sequence(rnn(packed(x, lengths))[0], batch_first=True)
    return output[torch.arange(len(x)), sizes]


@mistake("M93", task="encode", says="The last valid index is lengths - 1.")
def one_step_too_far_and_clamped_in_the_plain_run(rnn, x, lengths):
    return rnn(x)[0][torch.arange(len(x)), lengths.clamp(max=x.shape[1] - 1)]


@mistake(
    "P30", task="encode", says="You stop one step before the last valid one: pack lengths, and index with lengths - 1."
)
def picked_one_step_too_early(rnn, x, lengths):
    return rnn(x)[0][torch.arange(len(x)), lengths - 2]


@mistake(
    "P30", task="encode", says="You stop one step before the last valid one: pack lengths, and index with lengths - 1."
)
def each_row_one_step_too_short(rnn, x, lengths):
    ends = (lengths - 1).clamp(min=1)
    return rnn(packed(x, ends))[1][-1]


@mistake("M94", task="encode", says="Pass enforce_sorted=False: the rows do not come in decreasing order of length.")
def sorted_upwards_and_believed_to_be_sorted(rnn, x, lengths):
    order = lengths.argsort()
    return rnn(pack_padded_sequence(x[order], lengths[order], batch_first=True))[1][-1][order.argsort()]


@mistake("M95", task="encode", says="Undo the sorting before returning, with the inverse permutation: order.argsort().")
def sorted_and_not_restored(rnn, x, lengths):
    order = lengths.argsort(descending=True)
    return rnn(pack_padded_sequence(x[order], lengths[order], batch_first=True))[1][-1]


@mistake("M95", task="encode", says="Undo the sorting before returning, with the inverse permutation: order.argsort().")
def sorted_and_sorted_once_more(rnn, x, lengths):
    order = lengths.argsort(descending=True)
    return rnn(pack_padded_sequence(x[order], lengths[order], batch_first=True))[1][-1][order]


@mistake("M95", task="encode", says="Undo the sorting before returning, with the inverse permutation: order.argsort().")
def sorted_upwards_and_not_restored(rnn, x, lengths):
    order = lengths.argsort()
    return rnn(packed(x[order], lengths[order]))[1][-1]


@mistake("M95", task="encode", says="Undo the sorting before returning, with the inverse permutation: order.argsort().")
def sorted_upwards_and_sorted_once_more(rnn, x, lengths):
    order = lengths.argsort()
    return rnn(packed(x[order], lengths[order]))[1][-1][order]


@mistake(
    "P31",
    task="encode",
    says="A layer gives h_n of a packed batch in the caller's order already; you permute it a second time.",
)
def restored_twice(rnn, x, lengths):
    batch = packed(x, lengths)
    return rnn(batch)[1][-1][batch.unsorted_indices]


@mistake("P32", task="encode", says="Rows and lengths go together: sort both, or neither.")
def lengths_are_sorted_and_rows_are_not(rnn, x, lengths):
    longest_first = lengths.sort(descending=True).values
    return rnn(pack_padded_sequence(x, longest_first, batch_first=True))[1][-1]


@mistake("P32", task="encode", says="Rows and lengths go together: sort both, or neither.")
def rows_are_sorted_and_lengths_are_not(rnn, x, lengths):
    order = lengths.argsort(descending=True)
    return rnn(packed(x[order], lengths))[1][-1][order.argsort()]


@mistake(
    "M96",
    task="encode",
    says="pack_padded_sequence also needs batch_first=True, and x as it comes, with the batch first.",
)
def packed_time_first_after_sorting(rnn, x, lengths):
    order = lengths.argsort(descending=True)
    return rnn(pack_padded_sequence(x[order], lengths[order]))[1][-1][order.argsort()]


@mistake("P33", task="encode", says="pad_packed_sequence also needs batch_first=True, or its output has time first.")
def padded_again_time_first(rnn, x, lengths):
    output, _ = pad_packed_sequence(rnn(packed(x, lengths))[0])
    return output[torch.arange(len(x)), lengths - 1]


@mistake("P34", task="encode", says="x comes with the batch first, and the layer wants it so: do not transpose it.")
def transposed(rnn, x, lengths):
    return rnn(x.transpose(0, 1))[0][lengths - 1, torch.arange(len(x))]


@mistake("M41", task="encode", says="h_n has a layer axis: take h_n[-1].")
def h_n_with_its_layers_behind_the_batch(rnn, x, lengths):
    return rnn(packed(x, lengths))[1].transpose(0, 1)


@mistake(
    "P35",
    task="encode",
    says="h_n holds every layer; take the last one, h_n[-1], which is also right for a single one.",
)
def layers_side_by_side(rnn, x, lengths):
    return torch.cat(list(rnn(packed(x, lengths))[1]), dim=1)


@mistake(
    "P36",
    task="encode",
    says="rnn answers with a pair, and the output of a packed batch has no axes: take h_n, or use pad_packed_sequence first.",
)
def the_packed_output_is_indexed(rnn, x, lengths):
    output, _ = rnn(packed(x, lengths))
    return output[:, -1]


@mistake(
    "P36",
    task="encode",
    says="rnn answers with a pair, and the output of a packed batch has no axes: take h_n, or use pad_packed_sequence first.",
)
def the_packed_output_is_indexed_by_row(rnn, x, lengths):
    output, _ = rnn(packed(x, lengths))
    return output[torch.arange(len(x)), lengths - 1]


@mistake("M40", task="encode", says="Take the state after the last valid step, not the mean over time.")
def the_mean_over_the_valid_states(rnn, x, lengths):
    output, _ = pad_packed_sequence(rnn(packed(x, lengths))[0], batch_first=True)
    return output.sum(1) / lengths[:, None]


@mistake("P39", task="encode", says="Take the state after the last valid step, not the sum over the valid ones.")
def the_sum_over_the_valid_states(rnn, x, lengths):
    return pad_packed_sequence(rnn(packed(x, lengths))[0], batch_first=True)[0].sum(1)


@mistake("P08", task="encode", says="Take the state after the last valid step, not the largest over time.")
def the_largest_over_the_valid_states(rnn, x, lengths):
    return pad_packed_sequence(rnn(packed(x, lengths))[0], batch_first=True, padding_value=-torch.inf)[0].amax(1)


@mistake("M61", task="encode", says="You cut the graph: no gradient comes through to x and the parameters.")
def under_no_grad(rnn, x, lengths):
    with torch.no_grad():
        return rnn(packed(x, lengths))[1][-1]


@mistake("P51", task="encode", says="The state between two steps is cut off: run rnn on whole rows, without detach().")
def the_state_is_detached_in_every_step(rnn, x, lengths):
    states, hx = [], None
    for t in range(x.shape[1]):
        output, hx = rnn(x[:, t : t + 1], hx)
        hx = hx.detach()
        states.append(output)
    return picked(torch.cat(states, dim=1), lengths)


@mistake("P42", task="encode", says="The state at the beginning is zeros; leave it to the layer.")
def the_first_state_is_ones(rnn, x, lengths):
    h_0 = torch.ones(rnn.num_layers, len(x), rnn.hidden_size, dtype=x.dtype)
    return rnn(packed(x, lengths), h_0)[1][-1]


@mistake("M45", task="encode", says="Create h_0 with x.new_zeros(...), in the dtype of x, or leave it to the layer.")
def the_first_state_is_float32(rnn, x, lengths):
    return rnn(packed(x, lengths), torch.zeros(rnn.num_layers, len(x), rnn.hidden_size))[1][-1]


@mistake("P43", task="encode", says="Every row begins with zeros; yours begins with the state of the row before.")
def the_state_goes_on_to_the_next_row(rnn, x, lengths):
    states, hx = [], None
    for row, length in zip(x, lengths.tolist(), strict=True):
        _, hx = rnn(row[None, :length], hx)
        states.append(hx[-1, 0])
    return torch.stack(states)


@mistake("P44", task="encode", says="Time runs forwards: the layer should read the rows as they come.")
def time_runs_backwards(rnn, x, lengths):
    turned = x.clone()
    for n, length in enumerate(lengths.tolist()):
        turned[n, :length] = x[n, :length].flip(0)
    return rnn(packed(turned, lengths))[1][-1]


@mistake("P06", task="encode", says="The padding stands behind the end of a row; you count the steps from the right.")
def the_beginning_is_cut_off(rnn, x, lengths):
    rows = zip(x, lengths.tolist(), strict=True)
    return torch.stack([rnn(row[None, -length:])[1][-1, 0] for row, length in rows])


@mistake("P10", task="encode", says="lengths is the caller's: write lengths - 1, not lengths -= 1.")
def lengths_are_changed_in_encode(rnn, x, lengths):
    lengths -= 1
    return rnn(x)[0][torch.arange(len(x)), lengths]


@mistake("P10", task="encode", says="lengths is the caller's: write lengths - 1, not lengths -= 1.")
def lengths_are_sorted_in_place(rnn, x, lengths):
    order = lengths.argsort(descending=True)
    lengths[:] = lengths[order]
    return rnn(pack_padded_sequence(x[order], lengths, batch_first=True))[1][-1][order.argsort()]


@mistake("M64", task="encode", says="Do not modify x; make a new tensor.")
def padding_of_x_is_set_to_zero(rnn, x, lengths):
    x.data[~valid(x, lengths)] = 0
    return rnn(packed(x, lengths))[1][-1]


@mistake("P45", task="encode", says="You put rnn into another mode; which one it is in is for the caller to say.")
def put_into_eval_mode(rnn, x, lengths):
    rnn.eval()
    return rnn(packed(x, lengths))[1][-1]


@mistake(
    "P46", task="encode", says="zero_grad() throws away gradients that somebody was still using; leave .grad alone."
)
def gradients_are_thrown_away(rnn, x, lengths):
    rnn.zero_grad()
    return rnn(packed(x, lengths))[1][-1]


@mistake(
    "P47", task="encode", says="The parameters no longer want gradients after your call; leave requires_grad alone."
)
def the_parameters_are_frozen(rnn, x, lengths):
    states = rnn(packed(x, lengths))[1][-1]
    rnn.requires_grad_(False)
    return states


@mistake("P48", task="encode", says="rnn is the caller's: batch_first is no longer what it was.")
def batch_first_is_switched_off(rnn, x, lengths):
    rnn.batch_first = False
    return rnn(x.transpose(0, 1))[0][lengths - 1, torch.arange(len(x))]


@mistake("P49", task="encode", says="Return the states alone, not a pair.")
def a_pair_is_returned(rnn, x, lengths):
    output, h_n = rnn(packed(x, lengths))
    return pad_packed_sequence(output, batch_first=True)[0], h_n[-1]


# masked_mse


@mistake("M97", task="masked_mse", says="Divide by the number of valid steps.")
def the_mean_of_masked_squares(pred, target, lengths):
    return (squares(pred, target) * valid(pred, lengths)).mean()


@mistake("M97", task="masked_mse", says="Divide by the number of valid steps.")
def torchs_loss_of_masked_tensors(pred, target, lengths):
    mask = valid(pred, lengths)
    return F.mse_loss(pred * mask, target * mask)


@mistake("M97", task="masked_mse", says="Divide by the number of valid steps.")
def divided_by_the_longest(pred, target, lengths):
    return (squares(pred, target) * valid(pred, lengths)).sum() / (len(lengths) * lengths.max())


@mistake(
    "P60",
    task="masked_mse",
    says="A mean of the rows' means weighs the steps of short rows more; divide once, by the number of all valid steps.",
)
def the_mean_of_row_means(pred, target, lengths):
    return ((squares(pred, target) * valid(pred, lengths)).sum(1) / lengths).mean()


@mistake(
    "P60",
    task="masked_mse",
    says="A mean of the rows' means weighs the steps of short rows more; divide once, by the number of all valid steps.",
)
def the_mean_of_row_means_by_a_loop(pred, target, lengths):
    losses = [F.mse_loss(p[:n], t[:n]) for p, t, n in zip(pred, target, lengths.tolist(), strict=True)]
    return torch.stack(losses).mean()


@mistake(
    "P61", task="masked_mse", says="This is the sum of the squared errors; divide it by the number of valid steps."
)
def the_sum(pred, target, lengths):
    return (squares(pred, target) * valid(pred, lengths)).sum()


@mistake("P62", task="masked_mse", says="You divide by the number of rows; divide by the number of valid steps.")
def divided_by_the_rows(pred, target, lengths):
    return (squares(pred, target) * valid(pred, lengths)).sum() / len(lengths)


@mistake(
    "P63", task="masked_mse", says="The sum of the rows' means is divided by nothing; divide once, by all valid steps."
)
def the_sum_of_row_means(pred, target, lengths):
    return ((squares(pred, target) * valid(pred, lengths)).sum(1) / lengths).sum()


@mistake("P64", task="masked_mse", says="The mask is one step too long: steps 0 to lengths - 1 are valid, so use <.")
def the_mask_is_one_step_too_long(pred, target, lengths):
    mask = torch.arange(pred.shape[1], device=pred.device) <= lengths[:, None]
    return squares(pred, target)[mask].mean()


@mistake("P64", task="masked_mse", says="The mask is one step too long: steps 0 to lengths - 1 are valid, so use <.")
def the_mask_is_one_step_too_long_but_not_the_count(pred, target, lengths):
    mask = torch.arange(pred.shape[1], device=pred.device) <= lengths[:, None]
    return (squares(pred, target) * mask).sum() / lengths.sum()


@mistake("P65", task="masked_mse", says="The mask is one step too short: the last valid step is missing.")
def the_mask_is_one_step_too_short(pred, target, lengths):
    mask = torch.arange(pred.shape[1], device=pred.device) < lengths[:, None] - 1
    return squares(pred, target)[mask].mean()


@mistake("P65", task="masked_mse", says="The mask is one step too short: the last valid step is missing.")
def counted_from_one(pred, target, lengths):
    mask = torch.arange(1, pred.shape[1] + 1, device=pred.device) < lengths[:, None]
    return (squares(pred, target) * mask).sum() / lengths.sum()


@mistake("P66", task="masked_mse", says="The first step is valid as well: steps are counted from 0.")
def the_first_step_is_left_out(pred, target, lengths):
    mask = valid(pred, lengths)
    mask[:, 0] = False
    return squares(pred, target)[mask].mean()


@mistake(
    "P67",
    task="masked_mse",
    says="The mask is the wrong way round: it takes the padding and leaves the valid steps out.",
)
def the_mask_is_inverted(pred, target, lengths):
    return squares(pred, target)[~valid(pred, lengths)].mean()


@mistake(
    "P67",
    task="masked_mse",
    says="The mask is the wrong way round: it takes the padding and leaves the valid steps out.",
)
def the_mask_is_inverted_but_not_the_count(pred, target, lengths):
    return (squares(pred, target) * ~valid(pred, lengths)).sum() / lengths.sum()


@mistake("P68", task="masked_mse", says="The padding is counted: only steps before lengths belong to the loss.")
def nothing_is_masked(pred, target, lengths):
    return F.mse_loss(pred, target)


@mistake("P68", task="masked_mse", says="The padding is counted: only steps before lengths belong to the loss.")
def only_the_count_is_masked(pred, target, lengths):
    return squares(pred, target).sum() / lengths.sum()


@mistake(
    "P69", task="masked_mse", says="Mask the error, or both tensors: the padding of target is still compared with zero."
)
def only_pred_is_masked(pred, target, lengths):
    return squares(pred * valid(pred, lengths), target).sum() / lengths.sum()


@mistake(
    "P69", task="masked_mse", says="Mask the error, or both tensors: the padding of target is still compared with zero."
)
def only_pred_is_masked_and_all_are_counted(pred, target, lengths):
    return squares(pred * valid(pred, lengths), target).mean()


@mistake(
    "P70", task="masked_mse", says="Mask the error, or both tensors: the padding of pred is still compared with zero."
)
def only_target_is_masked(pred, target, lengths):
    return squares(pred, target * valid(pred, lengths)).sum() / lengths.sum()


@mistake(
    "P09",
    task="masked_mse",
    says="The end of a row is what lengths says; padding need not be zero, and a zero need not be padding.",
)
def the_mask_is_guessed_from_target(pred, target, lengths):
    return squares(pred, target)[target != 0].mean()


@mistake(
    "P09",
    task="masked_mse",
    says="The end of a row is what lengths says; padding need not be zero, and a zero need not be padding.",
)
def the_mask_is_guessed_from_pred(pred, target, lengths):
    return squares(pred, target)[pred != 0].mean()


@mistake(
    "P71",
    task="masked_mse",
    says="Count the valid steps, not the errors that are not zero: a prediction may be exactly right.",
)
def errors_of_zero_are_not_counted(pred, target, lengths):
    masked = squares(pred, target) * valid(pred, lengths)
    return masked.sum() / (masked != 0).sum().clamp(min=1)


@mistake("M56", task="masked_mse", says="The loss is the mean of squared errors.")
def the_root(pred, target, lengths):
    return squares(pred, target)[valid(pred, lengths)].mean().sqrt()


@mistake("M56", task="masked_mse", says="The loss is the mean of squared errors.")
def absolute_errors(pred, target, lengths):
    return (pred - target)[valid(pred, lengths)].abs().mean()


@mistake("M56", task="masked_mse", says="The loss is the mean of squared errors.")
def half_of_it(pred, target, lengths):
    return squares(pred, target)[valid(pred, lengths)].mean() / 2


@mistake(
    "P72",
    task="masked_mse",
    says="Square each error, then take the mean; the square of the mean lets errors cancel out.",
)
def the_square_of_the_mean(pred, target, lengths):
    return (pred - target)[valid(pred, lengths)].mean() ** 2


@mistake("P73", task="masked_mse", says="Every valid step counts, not the last one of each row alone.")
def the_last_steps_alone(pred, target, lengths):
    rows = torch.arange(len(lengths))
    return squares(pred[rows, lengths - 1], target[rows, lengths - 1]).mean()


@mistake(
    "P74",
    task="masked_mse",
    says="Compare steps (T,) with lengths (N, 1), so that the mask has shape (N, T), not (T, N).",
)
def the_mask_is_transposed(pred, target, lengths):
    mask = torch.arange(pred.shape[1], device=pred.device)[:, None] < lengths
    return (squares(pred, target) * mask).sum() / lengths.sum()


@mistake(
    "P74",
    task="masked_mse",
    says="Compare steps (T,) with lengths (N, 1), so that the mask has shape (N, T), not (T, N).",
)
def steps_against_lengths(pred, target, lengths):
    mask = torch.arange(pred.shape[1], device=pred.device) < lengths
    return (squares(pred, target) * mask).sum() / lengths.sum()


@mistake(
    "P75", task="masked_mse", says="All rows are cut where the shortest one ends; every row has an end of its own."
)
def cut_at_the_shortest(pred, target, lengths):
    shortest = int(lengths.min())
    return F.mse_loss(pred[:, :shortest], target[:, :shortest])


@mistake("P76", task="masked_mse", says="All rows are cut where the longest one ends; every row has an end of its own.")
def cut_at_the_longest_row(pred, target, lengths):
    longest = int(lengths.max())
    return F.mse_loss(pred[:, :longest], target[:, :longest])


@mistake("M64", task="masked_mse", says="Do not modify pred or target; make a new tensor.")
def padding_is_overwritten(pred, target, lengths):
    mask = valid(pred, lengths)
    pred.data[~mask] = 0
    target.data[~mask] = 0
    return squares(pred, target).sum() / lengths.sum()


@mistake("M64", task="masked_mse", says="Do not modify pred or target; make a new tensor.")
def target_is_written_into_pred(pred, target, lengths):
    pred.data[~valid(pred, lengths)] = target.data[~valid(pred, lengths)]
    return squares(pred, target).sum() / lengths.sum()


@mistake("P10", task="masked_mse", says="lengths is the caller's: write lengths - 1, not lengths -= 1.")
def lengths_are_changed_in_the_loss(pred, target, lengths):
    count = lengths.sum()
    lengths -= 1
    mask = torch.arange(pred.shape[1], device=pred.device) <= lengths[:, None]
    return (squares(pred, target) * mask).sum() / count


@mistake("M61", task="masked_mse", says="You cut the graph: no gradient comes through to pred.")
def the_loss_is_detached(pred, target, lengths):
    return squares(pred, target)[valid(pred, lengths)].mean().detach()


@mistake("P78", task="masked_mse", says="Return a tensor, not a number: a number has no gradient.")
def a_number_is_returned(pred, target, lengths):
    return squares(pred, target)[valid(pred, lengths)].mean().item()


@mistake("P79", task="masked_mse", says="The loss has shape (); yours still has an axis.")
def the_loss_has_an_axis(pred, target, lengths):
    return squares(pred, target)[valid(pred, lengths)].mean(0, keepdim=True)


@mistake("P80", task="masked_mse", says="Return one loss for the batch, not one for each row.")
def a_loss_for_each_row(pred, target, lengths):
    return (squares(pred, target) * valid(pred, lengths)).sum(1) / lengths


@mistake("P81", task="masked_mse", says="Return the mean, not the masked errors.")
def the_squares_themselves(pred, target, lengths):
    return squares(pred, target) * valid(pred, lengths)


@mistake("P15", task="masked_mse", says="Keep the dtype of pred: yours is always float32.")
def the_loss_is_always_float32(pred, target, lengths):
    return squares(pred.float(), target.float())[valid(pred, lengths)].mean()


@mistake("M45", task="masked_mse", says="Make the mask where pred is: torch.arange takes a device.")
def the_loss_has_its_mask_on_the_cpu(pred, target, lengths):
    mask = torch.arange(pred.shape[1]) < lengths[:, None]
    return squares(pred, target)[mask].mean()
