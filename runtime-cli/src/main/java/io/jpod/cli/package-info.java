/** The command line itself: from words to verbs, which live in packages by what they are about. Only here is printed. */
@NullMarked
package io.jpod.cli;

import org.jspecify.annotations.NullMarked;
