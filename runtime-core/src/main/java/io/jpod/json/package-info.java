/** JSON, and nothing about what is in it: trees whose values know their place in the file, and texts. Pure. */
@NullMarked
package io.jpod.json;

import org.jspecify.annotations.NullMarked;
