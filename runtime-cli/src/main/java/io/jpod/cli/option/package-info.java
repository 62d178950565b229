/** Options that several verbs share, and the values that people write behind them. */
@NullMarked
package io.jpod.cli.option;

import org.jspecify.annotations.NullMarked;
