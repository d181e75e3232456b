package dev.ashlar.dsl;

/** The type of a tensor's elements. */
public enum DType {
    /** IEEE 754 single precision; on a plan in lower precision the plan decides how it is stored. */
    FLOAT32,

    /** Whole numbers: token ids, class numbers. */
    INT64
}
