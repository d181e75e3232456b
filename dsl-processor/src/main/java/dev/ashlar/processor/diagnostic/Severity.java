package dev.ashlar.processor.diagnostic;

/** How bad it is. */
public enum Severity {
    ERROR,
    WARNING
}
