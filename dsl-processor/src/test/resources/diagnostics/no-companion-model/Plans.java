package net;

import dev.ashlar.dsl.*;

@Plan(memory = "1GiB")
interface Laptop extends lib.Net {}

@Plan(memory = "2GiB")
interface Server extends lib.Net {}
