package dev.ashlar.processor.solve;

/** A labelling that a priced problem was solved by, and what it comes to. */
record Column(int[] labels, Evaluation evaluation) {
    static Column of(Problem problem, int[] labels) {
        return new Column(labels, Evaluation.of(problem, labels));
    }
}
