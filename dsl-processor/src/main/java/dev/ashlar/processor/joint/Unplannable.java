package dev.ashlar.processor.joint;

/** A model has a form that the joint problem does not speak of yet. */
public final class Unplannable extends Exception {
    private static final long serialVersionUID = 1;

    /** @param reason one sentence for the user */
    Unplannable(String reason) {
        super(reason);
    }

    /** One sentence for the user. */
    public String reason() {
        return String.valueOf(getMessage());
    }
}
