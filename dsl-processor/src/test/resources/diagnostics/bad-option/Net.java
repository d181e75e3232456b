package net;

import dev.ashlar.dsl.*;

@Model
interface Net {}
