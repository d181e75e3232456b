package demo;

import dev.ashlar.dsl.*;

@Model
interface Net {}
