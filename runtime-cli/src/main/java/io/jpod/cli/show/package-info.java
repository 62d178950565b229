/** What is shown: tables, matrix, tree, trace, page, and the facts in them. */
@NullMarked
package io.jpod.cli.show;

import org.jspecify.annotations.NullMarked;
