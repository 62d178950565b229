/** The brain as a process: speaks the protocol with the hands, one-shot or resident. */
@NullMarked
package io.jpod.server;

import org.jspecify.annotations.NullMarked;
