package net;

import dev.ashlar.dsl.*;

@Model
interface Net {}

@Plan(memory = "1GiB")
interface Laptop extends Net {}
