"""Wrong answers of the classification lesson, each with its id and its sentence.

M43 and M92 are told apart: two directions have other parameters than one. M115, a target of the wrong kind, is shown by
`accuracy`, which reads class numbers; what a student gives to the loss is no part of these two tasks.
"""

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from autograder.testing import mistake

LAYERS = {"RNN": nn.RNN, "LSTM": nn.LSTM, "GRU": nn.GRU}


def layer_of(cell):
    if cell not in LAYERS:
        raise ValueError(cell)
    return LAYERS[cell]


class Right(nn.Module):
    """What most of the wrong models have in common."""

    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__()
        self.rnn = layer_of(cell)(input_size, hidden_size, batch_first=True)
        self.head = nn.Linear(hidden_size, num_classes)

    def packed(self, x, lengths):
        return pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)

    def last(self, x, lengths):
        _, h = self.rnn(self.packed(x, lengths))
        return h[0][-1] if isinstance(h, tuple) else h[-1]

    def forward(self, x, lengths):
        return self.head(self.last(x, lengths))


class Both(Right):
    """The same with two directions."""

    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__(input_size, hidden_size, num_classes, cell)
        self.rnn = layer_of(cell)(input_size, hidden_size, batch_first=True, bidirectional=True)
        self.head = nn.Linear(2 * hidden_size, num_classes)


# What is read of a padded batch.


@mistake(
    "M92",
    task="SequenceClassifier",
    says="You read padding: take each row's state at its step lengths - 1, or pack the batch.",
)
class LastColumn(Right):
    def forward(self, x, lengths):
        return self.head(self.rnn(x)[0][:, -1])


@mistake(
    "M92",
    task="SequenceClassifier",
    says="You read padding: take each row's state at its step lengths - 1, or pack the batch.",
)
class LongestForAll(Right):
    def forward(self, x, lengths):
        return self.head(self.rnn(x)[0][:, lengths.max() - 1])


@mistake(
    "M92",
    task="SequenceClassifier",
    says="You read padding: take each row's state at its step lengths - 1, or pack the batch.",
)
class FirstLengthForAll(Right):
    def forward(self, x, lengths):
        return self.head(self.rnn(x)[0][:, lengths[0] - 1])


@mistake(
    "M92",
    task="SequenceClassifier",
    says="You read padding: take each row's state at its step lengths - 1, or pack the batch.",
)
class PackedAndLastColumn(Right):
    def forward(self, x, lengths):
        output, _ = pad_packed_sequence(self.rnn(self.packed(x, lengths))[0], batch_first=True)
        return self.head(output[:, -1])


@mistake(
    "M43",
    task="SequenceClassifier",
    says="The backward direction has seen the whole row at step 0 only, and unpacked it begins in the padding: pack, and join h_n[0] and h_n[1].",
)
class BothAtTheLastColumn(Both):
    def forward(self, x, lengths):
        return self.head(self.rnn(x)[0][:, -1])


@mistake(
    "M43",
    task="SequenceClassifier",
    says="The backward direction has seen the whole row at step 0 only, and unpacked it begins in the padding: pack, and join h_n[0] and h_n[1].",
)
class BothAtTheLastStep(Both):
    def forward(self, x, lengths):
        output, _ = pad_packed_sequence(self.rnn(self.packed(x, lengths))[0], batch_first=True)
        return self.head(output[torch.arange(len(x)), lengths - 1])


@mistake(
    "M43",
    task="SequenceClassifier",
    says="The backward direction has seen the whole row at step 0 only, and unpacked it begins in the padding: pack, and join h_n[0] and h_n[1].",
)
class BothUnpacked(Both):
    def forward(self, x, lengths):
        _, h = self.rnn(x)
        h = h[0] if isinstance(h, tuple) else h
        return self.head(torch.cat([h[0], h[1]], dim=1))


@mistake(
    "M43",
    task="SequenceClassifier",
    says="The backward direction has seen the whole row at step 0 only, and unpacked it begins in the padding: pack, and join h_n[0] and h_n[1].",
)
class BothGathered(Both):
    def forward(self, x, lengths):
        output, _ = self.rnn(x)
        forth, back = output.chunk(2, dim=2)
        return self.head(torch.cat([forth[torch.arange(len(x)), lengths - 1], back[:, 0]], dim=1))


@mistake(
    "M43",
    task="SequenceClassifier",
    says="The backward direction has seen the whole row at step 0 only, and unpacked it begins in the padding: pack, and join h_n[0] and h_n[1].",
)
class BothUnpackedAtTheLastStep(Both):
    def forward(self, x, lengths):
        return self.head(self.rnn(x)[0][torch.arange(len(x)), lengths - 1])


@mistake(
    "M43",
    task="SequenceClassifier",
    says="The backward direction has seen the whole row at step 0 only, and unpacked it begins in the padding: pack, and join h_n[0] and h_n[1].",
)
class BothAddedAtTheLastStep(Both):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__(input_size, hidden_size, num_classes, cell)
        self.head = nn.Linear(hidden_size, num_classes)

    def forward(self, x, lengths):
        output, _ = pad_packed_sequence(self.rnn(self.packed(x, lengths))[0], batch_first=True)
        forth, back = output[torch.arange(len(x)), lengths - 1].chunk(2, dim=1)
        return self.head(forth + back)


@mistake(
    "M43",
    task="SequenceClassifier",
    says="The backward direction has seen the whole row at step 0 only, and unpacked it begins in the padding: pack, and join h_n[0] and h_n[1].",
)
class BothOnRowsFilledWithZeros(Both):
    def forward(self, x, lengths):
        is_padding = torch.arange(x.size(1)) >= lengths[:, None]
        forth, back = self.rnn(x.masked_fill(is_padding[:, :, None], 0.0))[0].chunk(2, dim=2)
        return self.head(torch.cat([forth[torch.arange(len(x)), lengths - 1], back[:, 0]], dim=1))


@mistake(
    "Q14",
    task="SequenceClassifier",
    says="reshape cuts memory anew and mixes the rows: join the directions with cat([h_n[0], h_n[1]], dim=1).",
)
class DirectionsAreReshaped(Both):
    def forward(self, x, lengths):
        _, h = self.rnn(self.packed(x, lengths))
        h = h[0] if isinstance(h, tuple) else h
        return self.head(h.reshape(x.size(0), -1))


@mistake("M93", task="SequenceClassifier", says="The last valid step of a row is lengths - 1: Python counts from 0.")
class OneTooFar(Right):
    def forward(self, x, lengths):
        return self.head(self.rnn(x)[0][torch.arange(len(x)), lengths])


@mistake("M93", task="SequenceClassifier", says="The last valid step of a row is lengths - 1: Python counts from 0.")
class OneTooFarInside(Right):
    def forward(self, x, lengths):
        index = lengths.clamp(max=x.size(1) - 1)
        return self.head(self.rnn(x)[0][torch.arange(len(x)), index])


@mistake("M93", task="SequenceClassifier", says="The last valid step of a row is lengths - 1: Python counts from 0.")
class OneTooFarByGather(Right):
    def forward(self, x, lengths):
        output, _ = self.rnn(x)
        return self.head(output.gather(1, lengths.view(-1, 1, 1).expand(-1, 1, output.size(2))).squeeze(1))


@mistake(
    "Q01",
    task="SequenceClassifier",
    says="You stop one step too early: the last valid step is lengths - 1, not lengths - 2.",
)
class OneTooEarly(Right):
    def forward(self, x, lengths):
        index = (lengths - 2).clamp(min=0)
        return self.head(self.rnn(x)[0][torch.arange(len(x)), index])


@mistake(
    "Q01",
    task="SequenceClassifier",
    says="You stop one step too early: the last valid step is lengths - 1, not lengths - 2.",
)
class OneTooEarlyAndRound(Right):
    def forward(self, x, lengths):
        return self.head(self.rnn(x)[0][torch.arange(len(x)), lengths - 2])


@mistake(
    "Q01",
    task="SequenceClassifier",
    says="You stop one step too early: the last valid step is lengths - 1, not lengths - 2.",
)
class OneTooShort(Right):
    def packed(self, x, lengths):
        return pack_padded_sequence(x, lengths - 1, batch_first=True, enforce_sorted=False)


@mistake(
    "Q55",
    task="SequenceClassifier",
    says="Each row has one last step: index rows and steps side by side, or every row gets the steps of all.",
)
class AllLengthsForEachRow(Right):
    def forward(self, x, lengths):
        return self.head(self.rnn(x)[0][:, lengths - 1])


@mistake(
    "Q55",
    task="SequenceClassifier",
    says="Each row has one last step: index rows and steps side by side, or every row gets the steps of all.",
)
class LengthsAsRows(Right):
    def forward(self, x, lengths):
        return self.head(self.rnn(x)[0][lengths - 1])


@mistake(
    "Q56", task="SequenceClassifier", says="gather wants an index for every unit of the state: expand it to (N, 1, H)."
)
class OnlyTheFirstUnit(Right):
    def forward(self, x, lengths):
        output, _ = self.rnn(x)
        return self.head(output.gather(1, (lengths - 1).view(-1, 1, 1)).squeeze(1))


@mistake(
    "M94", task="SequenceClassifier", says="Rows come in any order: pass enforce_sorted=False to pack_padded_sequence."
)
class SortedIsEnforced(Right):
    def packed(self, x, lengths):
        return pack_padded_sequence(x, lengths, batch_first=True)


@mistake(
    "M95",
    task="SequenceClassifier",
    says="You sorted the rows and did not put them back: undo the sorting before you return.",
)
class StaysSorted(Right):
    def forward(self, x, lengths):
        ends, order = lengths.sort(descending=True)
        return self.head(self.last(x[order], ends))


@mistake(
    "M95",
    task="SequenceClassifier",
    says="You sorted the rows and did not put them back: undo the sorting before you return.",
)
class SortedOnceMore(Right):
    def forward(self, x, lengths):
        ends, order = lengths.sort(descending=True)
        return self.head(self.last(x[order], ends)[order])


@mistake(
    "M95",
    task="SequenceClassifier",
    says="You sorted the rows and did not put them back: undo the sorting before you return.",
)
class UpwardsAndBack(Right):
    def forward(self, x, lengths):
        ends, order = lengths.sort()
        return self.head(self.last(x[order], ends))


@mistake(
    "M95",
    task="SequenceClassifier",
    says="You sorted the rows and did not put them back: undo the sorting before you return.",
)
class OnlyLengthsAreSorted(Right):
    def forward(self, x, lengths):
        ends, _ = lengths.sort(descending=True)
        return self.head(self.last(x, ends))


@mistake(
    "M95",
    task="SequenceClassifier",
    says="You sorted the rows and did not put them back: undo the sorting before you return.",
)
class BothStaySorted(Both):
    def forward(self, x, lengths):
        ends, order = lengths.sort(descending=True)
        _, h = self.rnn(pack_padded_sequence(x[order], ends, batch_first=True))
        h = h[0] if isinstance(h, tuple) else h
        return self.head(torch.cat([h[0], h[1]], dim=1))


@mistake("M96", task="SequenceClassifier", says="pack_padded_sequence also needs batch_first=True.")
class PackedTimeFirst(Right):
    def packed(self, x, lengths):
        return pack_padded_sequence(x, lengths, enforce_sorted=False)


@mistake(
    "Q02",
    task="SequenceClassifier",
    says="pad_packed_sequence gives the time first unless it is told batch_first=True.",
)
class UnpackedTimeFirst(Right):
    def forward(self, x, lengths):
        output, _ = pad_packed_sequence(self.rnn(self.packed(x, lengths))[0])
        return self.head(output[torch.arange(len(x)), lengths - 1])


@mistake(
    "Q03",
    task="SequenceClassifier",
    says="After unpacking, the output is only as long as the longest row of the batch, not T: do not count on x.size(1).",
)
class MaskOfT(Right):
    def forward(self, x, lengths):
        output, _ = pad_packed_sequence(self.rnn(self.packed(x, lengths))[0], batch_first=True)
        is_last = torch.arange(x.size(1)) == lengths[:, None] - 1
        return self.head((output * is_last[:, :, None]).sum(1))


@mistake(
    "Q04",
    task="SequenceClassifier",
    says="Padding may hold any number: take the lengths that are given, and do not look for zeros in x.",
)
class LengthsFromZeros(Right):
    def forward(self, x, lengths):
        counted = (x != 0).any(dim=2).sum(dim=1).clamp(min=1)
        return self.head(self.last(x, counted))


@mistake(
    "M14",
    task="SequenceClassifier",
    says="Your model mixes the samples of the batch: it treats the batch axis as time (batch_first=True).",
)
class BatchFirstIsForgotten(Right):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__(input_size, hidden_size, num_classes, cell)
        self.rnn = layer_of(cell)(input_size, hidden_size)

    def forward(self, x, lengths):
        return self.head(self.rnn(x)[0][torch.arange(len(x)), lengths - 1])


@mistake(
    "M38",
    task="SequenceClassifier",
    says="out[-1] is the last sample of the batch; you want every row's last valid step.",
)
class LastSample(Right):
    def forward(self, x, lengths):
        return self.head(self.rnn(x)[0][-1])


@mistake(
    "M39",
    task="SequenceClassifier",
    says="You read the first step, which has seen one value only; read the last valid one.",
)
class FirstStep(Right):
    def forward(self, x, lengths):
        return self.head(self.rnn(x)[0][:, 0])


@mistake(
    "M40",
    task="SequenceClassifier",
    says="Use the state after the last valid step, not the mean, the sum or the largest over time.",
)
class MeanOverTime(Right):
    def forward(self, x, lengths):
        return self.head(self.rnn(x)[0].mean(dim=1))


@mistake(
    "M40",
    task="SequenceClassifier",
    says="Use the state after the last valid step, not the mean, the sum or the largest over time.",
)
class MeanOverValidSteps(Right):
    def forward(self, x, lengths):
        output, _ = pad_packed_sequence(self.rnn(self.packed(x, lengths))[0], batch_first=True)
        return self.head(output.sum(dim=1) / lengths[:, None])


@mistake(
    "M40",
    task="SequenceClassifier",
    says="Use the state after the last valid step, not the mean, the sum or the largest over time.",
)
class SumOverValidSteps(Right):
    def forward(self, x, lengths):
        output, _ = pad_packed_sequence(self.rnn(self.packed(x, lengths))[0], batch_first=True)
        return self.head(output.sum(dim=1))


@mistake(
    "M40",
    task="SequenceClassifier",
    says="Use the state after the last valid step, not the mean, the sum or the largest over time.",
)
class MeanOfThePacked(Right):
    def forward(self, x, lengths):
        output, _ = pad_packed_sequence(self.rnn(self.packed(x, lengths))[0], batch_first=True)
        return self.head(output.mean(dim=1))


@mistake(
    "M40",
    task="SequenceClassifier",
    says="Use the state after the last valid step, not the mean, the sum or the largest over time.",
)
class LargestOverTime(Right):
    def forward(self, x, lengths):
        return self.head(self.rnn(x)[0].max(dim=1).values)


@mistake(
    "M40",
    task="SequenceClassifier",
    says="Use the state after the last valid step, not the mean, the sum or the largest over time.",
)
class LargestOverValidSteps(Right):
    def forward(self, x, lengths):
        output, _ = pad_packed_sequence(self.rnn(self.packed(x, lengths))[0], batch_first=True, padding_value=-9.0)
        return self.head(output.max(dim=1).values)


@mistake("M22", task="SequenceClassifier", says="The state does not get through: every step starts from zeros again.")
class OnlyTheLastInput(Right):
    def forward(self, x, lengths):
        one = x[torch.arange(len(x)), lengths - 1]
        return self.head(self.last(one[:, None], torch.ones_like(lengths)))


@mistake("M41", task="SequenceClassifier", says="h_n has a layer axis: take h_n[-1] before the head.")
class LayerAxis(Right):
    def last(self, x, lengths):
        _, h = self.rnn(self.packed(x, lengths))
        return h[0] if isinstance(h, tuple) else h


@mistake("M42", task="SequenceClassifier", says="nn.LSTM returns (h_n, c_n) in this order; you used c_n for h_n.")
class CellState(Right):
    def last(self, x, lengths):
        _, h = self.rnn(self.packed(x, lengths))
        return h[1][-1] if isinstance(h, tuple) else h[-1]


@mistake("M42", task="SequenceClassifier", says="nn.LSTM returns (h_n, c_n) in this order; you used c_n for h_n.")
class CellStateOfBoth(Both):
    def forward(self, x, lengths):
        _, h = self.rnn(self.packed(x, lengths))
        h = h[1] if isinstance(h, tuple) else h
        return self.head(torch.cat([h[0], h[1]], dim=1))


@mistake(
    "Q05", task="SequenceClassifier", says="An LSTM ends with a pair, (h_n, c_n): take h_n out of it before you go on."
)
class PairIsForgotten(Right):
    def last(self, x, lengths):
        _, h = self.rnn(self.packed(x, lengths))
        return h[-1]


@mistake(
    "Q05", task="SequenceClassifier", says="An LSTM ends with a pair, (h_n, c_n): take h_n out of it before you go on."
)
class PairIsSqueezed(Right):
    def last(self, x, lengths):
        _, h = self.rnn(self.packed(x, lengths))
        return h.squeeze(0)


@mistake("Q57", task="SequenceClassifier", says="Only an LSTM ends with a pair: nn.RNN and nn.GRU return h_n alone.")
class PairForAll(Right):
    def last(self, x, lengths):
        _, (h, _) = self.rnn(self.packed(x, lengths))
        return h[-1]


@mistake(
    "Q58",
    task="SequenceClassifier",
    says="The output of a packed batch is packed too: unpack it with pad_packed_sequence, or take the state beside it.",
)
class PackedOutputIsIndexed(Right):
    def forward(self, x, lengths):
        output, _ = self.rnn(self.packed(x, lengths))
        return self.head(output[:, -1])


@mistake(
    "Q58",
    task="SequenceClassifier",
    says="The output of a packed batch is packed too: unpack it with pad_packed_sequence, or take the state beside it.",
)
class PackedOutputIsScored(Right):
    def forward(self, x, lengths):
        output, _ = self.rnn(self.packed(x, lengths))
        return self.head(output)


@mistake(
    "Q58",
    task="SequenceClassifier",
    says="The output of a packed batch is packed too: unpack it with pad_packed_sequence, or take the state beside it.",
)
class PackedDataIsScored(Right):
    def forward(self, x, lengths):
        output, _ = self.rnn(self.packed(x, lengths))
        return self.head(output.data)


@mistake(
    "Q60", task="SequenceClassifier", says="The second argument of a layer is the state to start from, not the lengths."
)
class LengthsForAState(Right):
    def forward(self, x, lengths):
        return self.head(self.rnn(x, lengths)[0][:, -1])


@mistake(
    "Q06",
    task="SequenceClassifier",
    says="squeeze() takes the batch axis away as well where there is one row: name the axis, or index.",
)
class SqueezedAway(Right):
    def forward(self, x, lengths):
        return self.head(self.last(x, lengths).squeeze())


# What stands around the last state.


@mistake(
    "M107",
    task="SequenceClassifier",
    says="Return raw scores: the softmax is in the loss already, and a second one keeps the loss from falling.",
    worth=0.5,
)
class SoftmaxAtTheEnd(Right):
    def forward(self, x, lengths):
        return self.head(self.last(x, lengths)).softmax(dim=1)


@mistake(
    "M107",
    task="SequenceClassifier",
    says="Return raw scores: the softmax is in the loss already, and a second one keeps the loss from falling.",
)
class SoftmaxOverTheBatch(Right):
    def forward(self, x, lengths):
        return self.head(self.last(x, lengths)).softmax(dim=0)


@mistake(
    "M107",
    task="SequenceClassifier",
    says="Return raw scores: the softmax is in the loss already, and a second one keeps the loss from falling.",
    worth=0.5,
)
class SoftmaxOfTwoDirections(Both):
    def forward(self, x, lengths):
        _, h = self.rnn(self.packed(x, lengths))
        h = h[0] if isinstance(h, tuple) else h
        return self.head(torch.cat([h[0], h[1]], dim=1)).softmax(dim=1)


@mistake(
    "M107",
    task="SequenceClassifier",
    says="Return raw scores: the softmax is in the loss already, and a second one keeps the loss from falling.",
)
class SoftmaxInEvalMode(Right):
    def forward(self, x, lengths):
        scores = self.head(self.last(x, lengths))
        return scores if self.training else scores.softmax(dim=1)


@mistake(
    "Q07",
    task="SequenceClassifier",
    says="Return raw scores: the loss takes the logarithm of the softmax itself.",
    worth=0.5,
)
class LogSoftmaxAtTheEnd(Right):
    def forward(self, x, lengths):
        return F.log_softmax(self.head(self.last(x, lengths)), dim=1)


@mistake(
    "Q08",
    task="SequenceClassifier",
    says="Scores are a plain linear function of the last state: nothing comes after the linear layer.",
)
class SigmoidAtTheEnd(Right):
    def forward(self, x, lengths):
        return self.head(self.last(x, lengths)).sigmoid()


@mistake(
    "Q08",
    task="SequenceClassifier",
    says="Scores are a plain linear function of the last state: nothing comes after the linear layer.",
)
class TanhAtTheEnd(Right):
    def forward(self, x, lengths):
        return torch.tanh(self.head(self.last(x, lengths)))


@mistake(
    "Q08",
    task="SequenceClassifier",
    says="Scores are a plain linear function of the last state: nothing comes after the linear layer.",
)
class ReluAtTheEnd(Right):
    def forward(self, x, lengths):
        return torch.relu(self.head(self.last(x, lengths)))


@mistake(
    "Q09", task="SequenceClassifier", says="The linear layer reads the state as it is: no ReLU or tanh between the two."
)
class ReluBetween(Right):
    def forward(self, x, lengths):
        return self.head(torch.relu(self.last(x, lengths)))


@mistake(
    "Q09", task="SequenceClassifier", says="The linear layer reads the state as it is: no ReLU or tanh between the two."
)
class TanhBetween(Right):
    def forward(self, x, lengths):
        return self.head(torch.tanh(self.last(x, lengths)))


@mistake("Q10", task="SequenceClassifier", says="Return the scores, not the class: argmax comes later, in accuracy.")
class ClassesAreReturned(Right):
    def forward(self, x, lengths):
        return self.head(self.last(x, lengths)).argmax(dim=1)


@mistake(
    "Q11",
    task="SequenceClassifier",
    says="Return one score for each class, (N, C): the head of two classes has two outputs.",
)
class OneScoreForTwo(Right):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__(input_size, hidden_size, num_classes, cell)
        self.head = nn.Linear(hidden_size, 1 if num_classes == 2 else num_classes)


@mistake("Q12", task="SequenceClassifier", says="Return the scores alone, without the state.")
class StateIsReturnedToo(Right):
    def forward(self, x, lengths):
        last = self.last(x, lengths)
        return self.head(last), last


@mistake("Q13", task="SequenceClassifier", says="Return one row of scores for each sequence, not for each step.")
class EveryStepIsScored(Right):
    def forward(self, x, lengths):
        return self.head(self.rnn(x)[0])


@mistake("Q54", task="SequenceClassifier", says="Nothing is returned: end with `return`.")
class NothingIsReturned(Right):
    def forward(self, x, lengths):
        self.head(self.last(x, lengths))


@mistake(
    "M61",
    task="SequenceClassifier",
    says="You cut the graph: detach(), .data and no_grad keep the gradient from the recurrent layer.",
)
class DetachedState(Right):
    def forward(self, x, lengths):
        return self.head(self.last(x, lengths).detach())


@mistake(
    "M62",
    task="SequenceClassifier",
    says="The scores carry no graph, so nothing can be learned: no_grad and detach() have no place in the model.",
)
class WithoutGradients(Right):
    @torch.no_grad()
    def forward(self, x, lengths):
        return self.head(self.last(x, lengths))


@mistake(
    "M61",
    task="SequenceClassifier",
    says="You cut the graph: detach(), .data and no_grad keep the gradient from the recurrent layer.",
)
class LayerWithoutGradients(Right):
    def forward(self, x, lengths):
        with torch.no_grad():
            last = self.last(x, lengths)
        return self.head(last)


@mistake(
    "M61",
    task="SequenceClassifier",
    says="You cut the graph: detach(), .data and no_grad keep the gradient from the recurrent layer.",
)
class DetachedInEveryStep(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__()
        layer_of(cell)
        self.step = {"RNN": nn.RNNCell, "LSTM": nn.LSTMCell, "GRU": nn.GRUCell}[cell](input_size, hidden_size)
        self.head = nn.Linear(hidden_size, num_classes)

    def forward(self, x, lengths):
        state, states = None, []
        for x_t in x.unbind(dim=1):
            state = self.step(x_t, state)
            states.append(state[0] if isinstance(state, tuple) else state)
            state = tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()
        return self.head(torch.stack(states, dim=1)[torch.arange(len(x)), lengths - 1])


@mistake(
    "M61",
    task="SequenceClassifier",
    says="You cut the graph: detach(), .data and no_grad keep the gradient from the recurrent layer.",
)
class DetachedStateOfBoth(Both):
    def forward(self, x, lengths):
        _, h = self.rnn(self.packed(x, lengths))
        h = h[0] if isinstance(h, tuple) else h
        return self.head(torch.cat([h[0], h[1]], dim=1).detach())


@mistake("Q27", task="SequenceClassifier", says="All parameters are to be trained; leave requires_grad as it is.")
class LayerIsFrozen(Right):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__(input_size, hidden_size, num_classes, cell)
        self.rnn.requires_grad_(False)


@mistake("M64", task="SequenceClassifier", says="Do not change x or lengths; make a new tensor.")
class PaddingIsWiped(Right):
    def forward(self, x, lengths):
        x.data[torch.arange(x.size(1)) >= lengths[:, None]] = 0
        return self.head(self.last(x, lengths))


@mistake("M64", task="SequenceClassifier", says="Do not change x or lengths; make a new tensor.")
class LengthsAreLowered(Right):
    def forward(self, x, lengths):
        output, _ = self.rnn(x)
        lengths -= 1
        return self.head(output[torch.arange(len(x)), lengths])


@mistake("M64", task="SequenceClassifier", says="Do not change x or lengths; make a new tensor.")
class PaddingIsSetToZero(Right):
    def forward(self, x, lengths):
        x[torch.arange(x.size(1)) >= lengths[:, None]] = 0
        return self.head(self.last(x, lengths))


# How the layers are made.


@mistake("M44", task="SequenceClassifier", says="Sizes are hard-coded; take them from the arguments.")
class TwoClassesAlways(Right):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__(input_size, hidden_size, num_classes, cell)
        self.head = nn.Linear(hidden_size, 2)


@mistake("M44", task="SequenceClassifier", says="Sizes are hard-coded; take them from the arguments.")
class SixteenUnitsAlways(Right):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__(input_size, 16, num_classes, cell)


@mistake("M44", task="SequenceClassifier", says="Sizes are hard-coded; take them from the arguments.")
class OneNumberAStepAlways(Right):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__(1, hidden_size, num_classes, cell)


@mistake("M44", task="SequenceClassifier", says="Sizes are hard-coded; take them from the arguments.")
class AllSizesAlways(Right):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__(1, 16, 2, cell)


@mistake("M44", task="SequenceClassifier", says="Sizes are hard-coded; take them from the arguments.")
class TenStepsAlways(Right):
    def forward(self, x, lengths):
        return self.head(self.last(x.reshape(x.size(0), 10, x.size(2)), lengths))


@mistake(
    "M45",
    task="SequenceClassifier",
    says="The first state has a fixed dtype or device: create it with x.new_zeros(...), or give none.",
)
class FixedDtype(Right):
    def last(self, x, lengths):
        zeros = torch.zeros(1, x.size(0), self.rnn.hidden_size)
        hx = (zeros, zeros) if isinstance(self.rnn, nn.LSTM) else zeros
        _, h = self.rnn(self.packed(x, lengths), hx)
        return h[0][-1] if isinstance(h, tuple) else h[-1]


@mistake(
    "M45",
    task="SequenceClassifier",
    says="The first state has a fixed dtype or device: create it with x.new_zeros(...), or give none.",
)
class FixedDevice(Right):
    def last(self, x, lengths):
        zeros = torch.zeros(1, x.size(0), self.rnn.hidden_size, dtype=x.dtype)
        hx = (zeros, zeros) if isinstance(self.rnn, nn.LSTM) else zeros
        _, h = self.rnn(self.packed(x, lengths), hx)
        return h[0][-1] if isinstance(h, tuple) else h[-1]


@mistake(
    "M45",
    task="SequenceClassifier",
    says="The first state has a fixed dtype or device: create it with x.new_zeros(...), or give none.",
)
class FixedDtypeGathered(Right):
    def last(self, x, lengths):
        zeros = torch.zeros(1, x.size(0), self.rnn.hidden_size)
        hx = (zeros, zeros) if isinstance(self.rnn, nn.LSTM) else zeros
        return self.rnn(x, hx)[0][torch.arange(len(x)), lengths - 1]


@mistake(
    "M45",
    task="SequenceClassifier",
    says="The first state has a fixed dtype or device: create it with x.new_zeros(...), or give none.",
)
class FixedDeviceGathered(Right):
    def last(self, x, lengths):
        zeros = torch.zeros(1, x.size(0), self.rnn.hidden_size, dtype=x.dtype)
        hx = (zeros, zeros) if isinstance(self.rnn, nn.LSTM) else zeros
        return self.rnn(x, hx)[0][torch.arange(len(x)), lengths - 1]


@mistake(
    "M46",
    task="SequenceClassifier",
    says="The first state has a fixed batch size: use x.size(0), not a number from elsewhere, or give no state.",
)
class FixedBatch(Right):
    def last(self, x, lengths):
        zeros = torch.zeros(1, 32, self.rnn.hidden_size, dtype=x.dtype)
        hx = (zeros, zeros) if isinstance(self.rnn, nn.LSTM) else zeros
        _, h = self.rnn(self.packed(x, lengths), hx)
        return h[0][-1] if isinstance(h, tuple) else h[-1]


@mistake(
    "M46",
    task="SequenceClassifier",
    says="The first state has a fixed batch size: use x.size(0), not a number from elsewhere, or give no state.",
)
class FixedBatchGathered(Right):
    def last(self, x, lengths):
        zeros = torch.zeros(1, 32, self.rnn.hidden_size, dtype=x.dtype)
        hx = (zeros, zeros) if isinstance(self.rnn, nn.LSTM) else zeros
        return self.rnn(x, hx)[0][torch.arange(len(x)), lengths - 1]


@mistake(
    "M47",
    task="SequenceClassifier",
    says="Start every call from zeros: the sequences of another batch are not the past of these.",
)
class KeptState(Right):
    hx = None

    def last(self, x, lengths):
        kept = self.hx if self.hx is not None and self.size == x.size(0) else None
        _, h = self.rnn(self.packed(x, lengths), kept)
        self.hx = tuple(s.detach() for s in h) if isinstance(h, tuple) else h.detach()
        self.size = x.size(0)
        return h[0][-1] if isinstance(h, tuple) else h[-1]


@mistake(
    "M47",
    task="SequenceClassifier",
    says="Start every call from zeros: the sequences of another batch are not the past of these.",
)
class KeptGraph(Right):
    hx = None

    def last(self, x, lengths):
        kept = self.hx if self.hx is not None and self.size == x.size(0) else None
        _, self.hx = self.rnn(self.packed(x, lengths), kept)
        self.size = x.size(0)
        return self.hx[0][-1] if isinstance(self.hx, tuple) else self.hx[-1]


@mistake(
    "M48",
    task="SequenceClassifier",
    says="parameters() does not find every layer: make each in __init__ and keep it as an attribute or in an nn.ModuleList, not in a list.",
)
class LayersInAList(Right):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__(input_size, hidden_size, num_classes, cell)
        self.parts = [self.rnn]
        del self.rnn

    def last(self, x, lengths):
        _, h = self.parts[0](self.packed(x, lengths))
        return h[0][-1] if isinstance(h, tuple) else h[-1]


@mistake(
    "M48",
    task="SequenceClassifier",
    says="parameters() does not find every layer: make each in __init__ and keep it as an attribute or in an nn.ModuleList, not in a list.",
)
class BothInAList(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__()
        self.parts = [layer_of(cell)(input_size, hidden_size, batch_first=True), nn.Linear(hidden_size, num_classes)]

    def forward(self, x, lengths):
        output, _ = self.parts[0](x)
        return self.parts[1](output[torch.arange(len(x)), lengths - 1])


@mistake(
    "M48",
    task="SequenceClassifier",
    says="parameters() does not find every layer: make each in __init__ and keep it as an attribute or in an nn.ModuleList, not in a list.",
)
class HeadInAList(Right):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__(input_size, hidden_size, num_classes, cell)
        self.parts = [self.head]
        del self.head

    def forward(self, x, lengths):
        return self.parts[0](self.last(x, lengths))


@mistake(
    "M48",
    task="SequenceClassifier",
    says="parameters() does not find every layer: make each in __init__ and keep it as an attribute or in an nn.ModuleList, not in a list.",
)
class MadeInForward(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__()
        layer_of(cell)
        self.sizes = (input_size, hidden_size, num_classes, cell)

    def forward(self, x, lengths):
        return Right(*self.sizes)(x, lengths)


@mistake("Q15", task="SequenceClassifier", says="Both layers have biases; leave bias=True.")
class LayerWithoutBias(Right):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__(input_size, hidden_size, num_classes, cell)
        self.rnn = layer_of(cell)(input_size, hidden_size, batch_first=True, bias=False)


@mistake("Q15", task="SequenceClassifier", says="Both layers have biases; leave bias=True.")
class HeadWithoutBias(Right):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__(input_size, hidden_size, num_classes, cell)
        self.head = nn.Linear(hidden_size, num_classes, bias=False)


@mistake("Q16", task="SequenceClassifier", says="One recurrent layer is asked for; you stacked more.")
class TwoLayers(Right):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__(input_size, hidden_size, num_classes, cell)
        self.rnn = layer_of(cell)(input_size, hidden_size, 2, batch_first=True)


@mistake("Q17", task="SequenceClassifier", says="The head is one linear layer; you put another in front of it.")
class DeepHead(Right):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__(input_size, hidden_size, num_classes, cell)
        self.head = nn.Sequential(nn.Linear(hidden_size, hidden_size), nn.ReLU(), nn.Linear(hidden_size, num_classes))


@mistake("Q59", task="SequenceClassifier", says="The head reads one state of H numbers, not the states of all steps.")
class AllStepsIntoTheHead(Right):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__(input_size, hidden_size, num_classes, cell)
        self.head = nn.Linear(10 * hidden_size, num_classes)

    def forward(self, x, lengths):
        return self.head(self.rnn(x)[0].flatten(1))


@mistake(
    "Q18",
    task="SequenceClassifier",
    says="The layer reads x itself, input_size numbers a step; no other layer stands in front of it.",
)
class AnotherInFront(Right):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__(hidden_size, hidden_size, num_classes, cell)
        self.front = nn.Linear(input_size, hidden_size)

    def forward(self, x, lengths):
        return self.head(self.last(self.front(x), lengths))


@mistake(
    "Q19",
    task="SequenceClassifier",
    says="No dropout is asked for: the same sequence has the same scores in every call.",
)
class Dropped(Right):
    def forward(self, x, lengths):
        return self.head(F.dropout(self.last(x, lengths), 0.5, self.training))


@mistake(
    "Q20", task="SequenceClassifier", says="Sequences start from a state of zeros, not from random numbers or ones."
)
class RandomStart(Right):
    def last(self, x, lengths):
        noise = torch.randn(1, x.size(0), self.rnn.hidden_size).to(x.dtype)
        hx = (noise, noise) if isinstance(self.rnn, nn.LSTM) else noise
        _, h = self.rnn(self.packed(x, lengths), hx)
        return h[0][-1] if isinstance(h, tuple) else h[-1]


@mistake(
    "Q20", task="SequenceClassifier", says="Sequences start from a state of zeros, not from random numbers or ones."
)
class StartFromOnes(Right):
    def last(self, x, lengths):
        ones = x.new_ones(1, x.size(0), self.rnn.hidden_size)
        hx = (ones, ones) if isinstance(self.rnn, nn.LSTM) else ones
        _, h = self.rnn(self.packed(x, lengths), hx)
        return h[0][-1] if isinstance(h, tuple) else h[-1]


@mistake("Q28", task="SequenceClassifier", says="Keep the dtype of x; float() turns doubles into single precision.")
class ScoresAreCast(Right):
    def forward(self, x, lengths):
        return super().forward(x, lengths).float()


@mistake("Q28", task="SequenceClassifier", says="Keep the dtype of x; float() turns doubles into single precision.")
class InputIsCast(Right):
    def forward(self, x, lengths):
        return super().forward(x.float(), lengths)


@mistake("Q21", task="SequenceClassifier", says="`cell` is ignored: choose nn.RNN, nn.LSTM or nn.GRU by it.")
class AlwaysGRU(Right):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        layer_of(cell)
        super().__init__(input_size, hidden_size, num_classes, "GRU")


@mistake("Q21", task="SequenceClassifier", says="`cell` is ignored: choose nn.RNN, nn.LSTM or nn.GRU by it.")
class AlwaysRNN(Right):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        layer_of(cell)
        super().__init__(input_size, hidden_size, num_classes, "RNN")


@mistake("Q21", task="SequenceClassifier", says="`cell` is ignored: choose nn.RNN, nn.LSTM or nn.GRU by it.")
class CellIsNotLookedAt(Right):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__(input_size, hidden_size, num_classes, "GRU")


@mistake("Q22", task="SequenceClassifier", says="An unknown cell should raise ValueError.")
class AnyOtherIsAGRU(Right):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__(input_size, hidden_size, num_classes, cell if cell in LAYERS else "GRU")


@mistake("Q22", task="SequenceClassifier", says="An unknown cell should raise ValueError.")
class KeyIsNotFound(Right):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        LAYERS[cell]
        super().__init__(input_size, hidden_size, num_classes, cell)


@mistake("Q22", task="SequenceClassifier", says="An unknown cell should raise ValueError.")
class ModuleHasNoSuch(Right):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        getattr(nn, cell)
        super().__init__(input_size, hidden_size, num_classes, cell)


@mistake("Q22", task="SequenceClassifier", says="An unknown cell should raise ValueError.")
class CapitalsAreIgnored(Right):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__(input_size, hidden_size, num_classes, cell.upper())


@mistake("Q22", task="SequenceClassifier", says="An unknown cell should raise ValueError.")
class ToldTooLate(Right):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__(input_size, hidden_size, num_classes, cell if cell in LAYERS else "GRU")
        self.cell = cell

    def forward(self, x, lengths):
        layer_of(self.cell)
        return super().forward(x, lengths)


@mistake("Q22", task="SequenceClassifier", says="An unknown cell should raise ValueError.")
class OnlyAsserted(Right):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        assert cell in LAYERS, "unknown cell"
        super().__init__(input_size, hidden_size, num_classes, cell)


@mistake(
    "Q23",
    task="SequenceClassifier",
    says="Build only the layer that `cell` names: the weights of the others are never used.",
)
class AllThreeAreBuilt(Right):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__(input_size, hidden_size, num_classes, cell)
        self.all = nn.ModuleDict(
            {name: made(input_size, hidden_size, batch_first=True) for name, made in LAYERS.items()}
        )
        self.rnn = self.all[cell]


@mistake("Q24", task="SequenceClassifier", says="The RNN's nonlinearity is tanh, which is what nn.RNN has by default.")
class ReluCell(Right):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__(input_size, hidden_size, num_classes, cell)
        if cell == "RNN":
            self.rnn = nn.RNN(input_size, hidden_size, batch_first=True, nonlinearity="relu")


@mistake(
    "Q25",
    task="SequenceClassifier",
    says="Sequences are read from the first step to the last; yours are read backwards.",
)
class ReadBackwards(Right):
    def last(self, x, lengths):
        turned = (lengths[:, None] - 1 - torch.arange(x.size(1))).clamp(min=0)
        return super().last(x.gather(1, turned[:, :, None].expand_as(x)), lengths)


@mistake(
    "Q26",
    task="SequenceClassifier",
    says="Arguments come in the order input_size, hidden_size, num_classes, cell, with 1, 16, 2 and GRU by default.",
)
class OtherDefaults(Right):
    def __init__(self, input_size=1, hidden_size=32, num_classes=2, cell="GRU"):
        super().__init__(input_size, hidden_size, num_classes, cell)


@mistake(
    "Q26",
    task="SequenceClassifier",
    says="Arguments come in the order input_size, hidden_size, num_classes, cell, with 1, 16, 2 and GRU by default.",
)
class AnLstmByDefault(Right):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="LSTM"):
        super().__init__(input_size, hidden_size, num_classes, cell)


# The share of right answers.


@mistake(
    "M114",
    task="accuracy",
    says="Compare the place of the largest score, argmax along dim=1, with y; a limit such as 0.5 suits neither scores nor more than two classes.",
)
def one_half_of_the_second(logits, y):
    return ((logits[:, 1] > 0.5).long() == y).float().mean().item()


@mistake(
    "M114",
    task="accuracy",
    says="Compare the place of the largest score, argmax along dim=1, with y; a limit such as 0.5 suits neither scores nor more than two classes.",
)
def one_half_of_the_last(logits, y):
    return ((logits[:, -1] > 0.5).long() == y).float().mean().item()


@mistake(
    "M114",
    task="accuracy",
    says="Compare the place of the largest score, argmax along dim=1, with y; a limit such as 0.5 suits neither scores nor more than two classes.",
)
def zero_of_the_second(logits, y):
    return ((logits[:, 1] > 0).long() == y).float().mean().item()


@mistake(
    "M114",
    task="accuracy",
    says="Compare the place of the largest score, argmax along dim=1, with y; a limit such as 0.5 suits neither scores nor more than two classes.",
)
def one_half_of_a_probability(logits, y):
    return ((logits.softmax(dim=1)[:, 1] > 0.5).long() == y).float().mean().item()


@mistake(
    "M114",
    task="accuracy",
    says="Compare the place of the largest score, argmax along dim=1, with y; a limit such as 0.5 suits neither scores nor more than two classes.",
)
def one_half_of_a_sigmoid(logits, y):
    return ((logits[:, 1].sigmoid() > 0.5).long() == y).float().mean().item()


@mistake(
    "M114",
    task="accuracy",
    says="Compare the place of the largest score, argmax along dim=1, with y; a limit such as 0.5 suits neither scores nor more than two classes.",
)
def the_second_beats_the_first(logits, y):
    return ((logits[:, 1] > logits[:, 0]).long() == y).float().mean().item()


@mistake(
    "M114",
    task="accuracy",
    says="Compare the place of the largest score, argmax along dim=1, with y; a limit such as 0.5 suits neither scores nor more than two classes.",
)
def every_score_is_cut_at_one_half(logits, y):
    return ((logits > 0.5).long() == y.unsqueeze(1)).float().mean().item()


@mistake(
    "M114",
    task="accuracy",
    says="Compare the place of the largest score, argmax along dim=1, with y; a limit such as 0.5 suits neither scores nor more than two classes.",
)
def one_half_against_one_hot(logits, y):
    return ((logits > 0.5) == F.one_hot(y, logits.size(1)).bool()).float().mean().item()


@mistake(
    "M114",
    task="accuracy",
    says="Compare the place of the largest score, argmax along dim=1, with y; a limit such as 0.5 suits neither scores nor more than two classes.",
)
def one_half_of_the_true_class(logits, y):
    return (logits.softmax(dim=1)[torch.arange(len(y)), y] > 0.5).float().mean().item()


@mistake("Q35", task="accuracy", says="Divide the number of right answers by the number of examples.")
def the_count(logits, y):
    return float((logits.argmax(dim=1) == y).sum())


@mistake(
    "Q37",
    task="accuracy",
    says="Only 0 or 1 comes out: // cuts the fraction off, and all() wants every answer to be right.",
)
def whole_numbers(logits, y):
    return float((logits.argmax(dim=1) == y).sum().item() // len(y))


@mistake(
    "Q37",
    task="accuracy",
    says="Only 0 or 1 comes out: // cuts the fraction off, and all() wants every answer to be right.",
)
def all_or_nothing(logits, y):
    return float((logits.argmax(dim=1) == y).all())


@mistake("Q61", task="accuracy", says="A tensor of many answers is neither true nor false: count those that are right.")
def the_truth_of_many(logits, y):
    return 1.0 if logits.argmax(dim=1) == y else 0.0


@mistake("Q62", task="accuracy", says="len counts all comparisons, not those that are true: take the sum.")
def the_number_of_comparisons(logits, y):
    return len(logits.argmax(dim=1) == y) / len(y)


@mistake(
    "Q31",
    task="accuracy",
    says="The answer is the place of the largest score, its index; you compare the score itself with y.",
)
def scores_against_one_hot(logits, y):
    return (logits == F.one_hot(y, logits.size(1))).float().mean().item()


@mistake("Q39", task="accuracy", says="Scores may carry a graph: detach them before .numpy(), or stay with tensors.")
def numpy_of_a_graph(logits, y):
    return float((logits.numpy().argmax(axis=1) == y.numpy()).mean())


@mistake("Q40", task="accuracy", says="Every example counts the same; you average over classes.")
def the_mean_of_classes(logits, y):
    right = (logits.argmax(dim=1) == y).float()
    shares = [right[y == c].mean().item() for c in y.unique()]
    return sum(shares) / len(shares)


@mistake("Q41", task="accuracy", says="Return the share as it is; do not round it.")
def rounded(logits, y):
    return round((logits.argmax(dim=1) == y).float().mean().item(), 2)


@mistake("Q42", task="accuracy", says="The last example is left out.")
def last_is_left_out(logits, y):
    right = sum(int(logits[n].argmax() == y[n]) for n in range(len(y) - 1))
    return right / len(y)


@mistake("Q43", task="accuracy", says="The mean has to be taken over all examples; you return after the first.")
def only_the_first(logits, y):
    for row, truth in zip(logits, y, strict=True):
        return float(row.argmax() == truth)
    return 0.0


@mistake("M64", task="accuracy", says="Do not change logits or y; make a new tensor.")
def scores_are_overwritten(logits, y):
    logits.data.sub_(logits.data.max(dim=1, keepdim=True).values)
    return (logits.argmax(dim=1) == y).float().mean().item()


@mistake("M64", task="accuracy", says="Do not change logits or y; make a new tensor.")
def y_is_overwritten(logits, y):
    wrong = y.sub_(logits.argmax(dim=1)).bool()
    return 1 - wrong.float().mean().item()


@mistake("Q44", task="accuracy", says="Gradients stay off for everybody after your call: use `with torch.no_grad()`.")
def gradients_are_turned_off(logits, y):
    torch.set_grad_enabled(False)
    return (logits.argmax(dim=1) == y).float().mean().item()


@mistake(
    "Q45",
    task="accuracy",
    says="Accuracy counts right answers; yours is the mean probability of the true class, or a loss.",
)
def probability_of_the_truth(logits, y):
    return logits.softmax(dim=1)[torch.arange(len(y)), y].mean().item()


@mistake(
    "Q45",
    task="accuracy",
    says="Accuracy counts right answers; yours is the mean probability of the true class, or a loss.",
)
def the_loss(logits, y):
    return F.cross_entropy(logits, y).item()


@mistake(
    "Q45",
    task="accuracy",
    says="Accuracy counts right answers; yours is the mean probability of the true class, or a loss.",
)
def one_minus_the_loss(logits, y):
    return 1 - F.cross_entropy(logits, y).item()


@mistake("Q48", task="accuracy", says="All right answers count, of every class; yours looks at one class only.")
def recall_of_the_second(logits, y):
    hits = (logits.argmax(dim=1) == 1) & (y == 1)
    return hits.sum().item() / max(1, (y == 1).sum().item())


@mistake("Q48", task="accuracy", says="All right answers count, of every class; yours looks at one class only.")
def precision_of_the_second(logits, y):
    said = logits.argmax(dim=1) == 1
    return (said & (y == 1)).sum().item() / max(1, said.sum().item())


@mistake(
    "Q49", task="accuracy", says="An answer is right if it is the class itself; you count every class but 0 as one."
)
def class_zero_or_not(logits, y):
    return ((logits.argmax(dim=1) > 0) == (y > 0)).float().mean().item()


@mistake("Q50", task="accuracy", says="Only the largest score is the answer; you accept the second largest as well.")
def the_best_two(logits, y):
    return (logits.topk(2, dim=1).indices == y[:, None]).any(dim=1).float().mean().item()


@mistake("Q52", task="accuracy", says="Compare the answers with y; you return the mean of the answers themselves.")
def the_mean_answer(logits, y):
    return logits.argmax(dim=1).float().mean().item()


@mistake("Q53", task="accuracy", says="Weight each batch by its size: the last one may be smaller.")
def the_mean_of_batches(logits, y):
    parts = [(a.argmax(dim=1) == b).float().mean() for a, b in zip(logits.split(32), y.split(32), strict=True)]
    return torch.stack(parts).mean().item()
