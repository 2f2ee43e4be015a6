/** Accepts connections, finds out what they speak, and hands them to their filter chain. */
@NullMarked
package dev.weft.proxy.listener;

import org.jspecify.annotations.NullMarked;
