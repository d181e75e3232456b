package net;

import dev.ashlar.dsl.*;

@Model(dims = "batch=2 d=4")
interface A {}

@Model(dims = "batch=2 d=4")
interface B {}

@Plan(memory = "1GiB")
interface None {}

@Plan(memory = "1GiB")
interface Two extends A, B {}
