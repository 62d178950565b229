/** What every verb is made of: its definition, its caller, and how it tells what happens. */
@NullMarked
package io.jpod.cli.command;

import org.jspecify.annotations.NullMarked;
