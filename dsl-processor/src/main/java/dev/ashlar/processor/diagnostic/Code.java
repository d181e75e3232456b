package dev.ashlar.processor.diagnostic;

/** The catalogue of everything that can be wrong with a model or plan. Codes are stable: they are never renumbered or reused. */
public enum Code {
    /** A processor option is unknown or has a bad value. */
    BAD_OPTION(1),
    /** The compiler failed on its own account. */
    INTERNAL(2),
    /** A class that is to be written is there already, and the compiler does not take it again. */
    CLASS_EXISTS(3),
    /** An annotation stands on something it does not belong on. */
    MISPLACED_ANNOTATION(10),
    /** A method of a model must be abstract, return Tensor and take Tensors. */
    BAD_METHOD(11),
    /** Two methods share a name. */
    OVERLOAD(12),
    /** A method has no operator annotation, or more than one. */
    OPERATOR_COUNT(13),
    /** A class file has lost its parameter names and there is no companion. */
    NO_COMPANION(14),
    /** A type the model refers to could not be resolved. */
    UNRESOLVED_TYPE(15),
    /** A plan extends no model, or more than one. */
    PLAN_WITHOUT_MODEL(16),
    /** Inherited methods contradict each other. */
    INHERITANCE_CONFLICT(17),
    /** A block uses itself. */
    RECURSIVE_BLOCK(18),
    /** A use names something that is no block. */
    NOT_A_BLOCK(19),
    /** A parameter reads an edge that does not exist. */
    UNKNOWN_EDGE(20),
    /** Tensors depend on each other in a circle. */
    CYCLE(21),
    /** A port gets no tensor. */
    PORT_MISSING(22),
    /** A port gets two tensors. */
    PORT_TWICE(23),
    /** There is no such port. */
    UNKNOWN_PORT(24),
    /** The model has no loss to train. */
    NO_LOSS(25),
    /** The loss is not a scalar. */
    LOSS_NOT_SCALAR(26),
    /** An operator's result is never used. */
    UNUSED(27),
    /** A repeat does not fit its block. */
    BAD_REPEAT(28),
    /** A tie refers to nothing, or to something of another shape. */
    BAD_TIE(29),
    /** A block has no output, or a model has no input. */
    NO_OUTPUT(30),
    /** A pattern of parameter names matches nothing. */
    BAD_PATTERN(31),
    /** A dimension expression cannot be read. */
    BAD_EXPRESSION(40),
    /** Shapes do not fit. */
    SHAPE_MISMATCH(41),
    /** A name of a size is not defined. */
    UNKNOWN_SIZE(42),
    /** Two definitions of a size disagree. */
    SIZE_CONFLICT(43),
    /** An attribute of an operator is out of range. */
    BAD_ATTRIBUTE(44),
    /** A tensor has the wrong element type. */
    WRONG_DTYPE(45),
    /** The memory of a plan cannot be read. */
    BAD_MEMORY(60),
    /** There is no such device. */
    UNKNOWN_DEVICE(61),
    /** The mesh cannot be planned. */
    BAD_MESH(62),
    /** No plan fits the memory. */
    INFEASIBLE(63),
    /** A device profile cannot be read. */
    BAD_PROFILE(64),
    /** A pin means nothing, or no plan obeys it. */
    BAD_PIN(65),
    /** The mesh cannot share the batch. */
    BATCH_NOT_SHARED(66),
    /** The compiler has too little heap for the planner. */
    HEAP_TOO_SMALL(67);

    private final int number;

    Code(int number) {
        this.number = number;
    }

    /** The code as users see it, such as {@code "ASH-041"}. */
    public String id() {
        return String.format(java.util.Locale.ROOT, "ASH-%03d", number);
    }
}
