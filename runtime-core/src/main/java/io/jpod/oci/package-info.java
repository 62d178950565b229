/** The OCI runtime-spec as records, and the JSON they are read from and written to. Pure: no I/O beyond the streams that it is given. */
@NullMarked
package io.jpod.oci;

import org.jspecify.annotations.NullMarked;
