/** {@code jpod network}: verbs for networks. */
@NullMarked
package io.jpod.cli.network;

import org.jspecify.annotations.NullMarked;
