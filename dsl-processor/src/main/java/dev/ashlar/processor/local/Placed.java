package dev.ashlar.processor.local;

import dev.ashlar.processor.graph.Value;
import dev.ashlar.processor.shard.Layout;
import java.util.Optional;

/**
 * A tensor as its maker leaves it.
 *
 * @param part what one device has of it
 * @param layout its layout
 * @param gradient the layout in which the maker wants its gradient; empty if it can have none
 */
record Placed(Value part, Layout layout, Optional<Layout> gradient) {}
