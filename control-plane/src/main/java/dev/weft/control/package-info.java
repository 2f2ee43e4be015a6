@NullMarked
package dev.weft.control;

import org.jspecify.annotations.NullMarked;
