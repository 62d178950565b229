/** What the tests of all modules share. */
@NullMarked
package io.jpod.testing;

import org.jspecify.annotations.NullMarked;
