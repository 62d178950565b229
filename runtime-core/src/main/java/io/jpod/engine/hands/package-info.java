/** Whose children containers are: this JVM's, or the hands', with whom the protocol of docs/protocol.md is spoken. Uses container, exec and what lies below. */
@NullMarked
package io.jpod.engine.hands;

import org.jspecify.annotations.NullMarked;
