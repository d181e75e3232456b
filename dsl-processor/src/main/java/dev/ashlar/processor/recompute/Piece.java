package dev.ashlar.processor.recompute;

import java.util.Set;

/**
 * A part of the chain.
 *
 * @param name for messages
 * @param path what the names of its operators begin with, {@code "body[3]."}; empty for a run of the model's own operators
 * @param operators names of the model's own operators in it; empty for a block
 * @param menu what it may drop
 * @param like the piece of the shortened model that behaves like it, by position there
 */
record Piece(String name, String path, Set<String> operators, Menu menu, int like) {
    Piece {
        operators = Set.copyOf(operators);
    }
}
