package dev.ashlar.processor.joint;

/** Something to choose. Identity tells two apart; what has one label is decided. */
final class Variable {
    private final String name;
    private final int labels;

    /**
     * @param name for messages
     * @param labels how many there are to choose from
     */
    Variable(String name, int labels) {
        this.name = name;
        this.labels = labels;
    }

    int labels() {
        return labels;
    }

    @Override
    public String toString() {
        return name;
    }
}
