/** Annotations that describe a network. */
module dev.ashlar.dsl {
    exports dev.ashlar.dsl;
}
