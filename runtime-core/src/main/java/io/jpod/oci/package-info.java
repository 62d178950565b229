/** The OCI runtime-spec as records, what it takes and refuses, and their form in JSON. Pure. */
@NullMarked
package io.jpod.oci;

import org.jspecify.annotations.NullMarked;
