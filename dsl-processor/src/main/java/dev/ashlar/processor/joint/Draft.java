package dev.ashlar.processor.joint;

import java.util.Map;

/**
 * A piece before its tables.
 *
 * @param leaving how copies leave it
 */
record Draft(Lifetimes lifetimes, Fates fates, Choices choices, Map<Copy, Crossing> leaving) {}
