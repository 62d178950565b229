/** The command line: one file per verb. Prints only here. */
@NullMarked
package io.jpod.cli;

import org.jspecify.annotations.NullMarked;
