/**
 * The exact planner core: arrays and numbers, no graph and no Java model.
 *
 * <p><b>Labels.</b> A {@link dev.ashlar.processor.solve.Problem} is a chain of blocks {@code b = 0 .. n-1}. A block is a small
 * factor graph: every node takes one label, a factor is a table over one node or some. Neighbours share boundary
 * nodes (the exits of block {@code b} are the entries of block {@code b+1}); a node that is an entry and an exit passes through. A
 * labelling {@code x} gives every node one label; a node may be in any number of factors, so tied choices are one node. A table
 * adds up to these amounts, all of them at least zero, or forbids an entry:
 *
 * <ul>
 *   <li>time, in 2^-20 ns: {@code t_b} that nothing hides; for both directions {@code d} (forward, backward) {@code C_bd}
 *       (compute and blocking communication) and {@code X_bd} (asynchronous communication);
 *   <li>memory, in any unit (bytes): {@code S_b} static, {@code K_b} kept from this block's forward until its backward,
 *       {@code G_b} gradients kept from this block's backward until the end, and what is live at each of this block's time
 *       points: {@code l_bp} for forward points and backward points {@code p}, this block's own kept tensors and gradients
 *       included.
 * </ul>
 *
 * <p><b>Time.</b> {@code T(x) = sum_b [t_b + sum_d max(C_bd + floor(k X_bd), X_bd)]} with the rational slowdown {@code k} of
 * compute under communication.
 *
 * <p><b>Memory.</b> With {@code S = sum_b S_b}, at a forward point {@code mem_bp(x) = S + sum_{c<b} K_c + l_bp}; at a backward
 * point {@code mem_bp(x) = S + sum_{c<b} K_c + sum_{c>b} G_c + l_bp}. The planner minimises {@code T(x)} such that every
 * {@code mem_bp(x) <= M}.
 *
 * <p><b>Bound.</b> For prices {@code λ_bp >= 0} and {@code 0 <= μ_bd <= 1}
 *
 * <pre>
 * L(λ, μ) = min_x sum_b [t_b + sum_d μ_bd (C_bd + k X_bd) + (1 - μ_bd) X_bd] + sum_bp λ_bp (mem_bp(x) - M)
 * </pre>
 *
 * is at most the optimum, for every labelling within the memory has {@code mem_bp - M <= 0}. The sum is again one of tables over the same nodes,
 * so variable elimination finds its minimum. Prices are integers in units of 2^-32; products are rounded down, {@code λ M} up: what
 * is computed is an integer and never above {@code L}.
 *
 * <p><b>Labels that go.</b> What the other labels add at least to the sum of {@code L} is known for every label. Those with which it reaches
 * the time of a labelling that is known are of no use. Where the memory is tight the times say little: then those go with which
 * {@code sum_bp λ_bp (mem_bp(x) - M)} alone is above zero for every {@code x}, at the prices of the smallest memory.
 *
 * <p><b>Search.</b> Blocks are taken from last to first. A suffix {@code b .. n-1} with its entry labels is summed up by
 * {@code (T, S, G, P)}; {@code P_b = max(f_b, r_b + G_{>b}, K_b + P_{b+1})} is its peak less {@code S} and less what earlier blocks
 * keep, with {@code f_b} and {@code r_b} the most that is live at a forward and a backward point. A suffix that is no better in any
 * of the four goes, as does one whose
 *
 * <pre>
 * T + Λ S + Λr_{<b} G + Λ_{>=b} P + φ_b - Λ M
 * </pre>
 *
 * reaches the cutoff: {@code φ_b} is the least priced sum of the blocks before {@code b}, {@code Λr} sums backward points.
 *
 * <p><b>Fewer points.</b> A search that keeps the budget at points with a price alone finds no more than all: what it finds nothing below is a
 * bound. It tells suffixes apart by far less, for what no priced point tells apart is added up. A point that what it finds exceeds gets the
 * least price, and it is done again. Times are relaxed likewise: of a direction with an even share its sum at {@code μ} counts, of one with an
 * odd share {@code max(C + k X, X)}. What a block comes to at least by the latter, {@code min [T_b + sum λ mem]}, is listed first, up to ever
 * more of what is missing: {@code L} mixes labels of little compute with those of little communication, and is up to 20 % below that.
 *
 * <p><b>A closer search.</b> Where that is too long, a block is listed once all later ones are put together, with what these come to at least, and
 * only ways that leave something below the cutoff at other prices too: with {@code λ'} that adds up to as much as {@code λ} the same labellings
 * are bounded, and what a block's own points cost is paid at the next later point instead. The checker does so for all searches.
 *
 * <p>What {@link dev.ashlar.processor.solve.Checker} accepts is proved without the solver: it shares no code with it.
 */
@NullMarked
package dev.ashlar.processor.solve;

import org.jspecify.annotations.NullMarked;
