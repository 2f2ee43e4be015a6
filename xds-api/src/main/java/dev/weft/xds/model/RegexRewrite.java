package dev.weft.xds.model;

/**
 * Replaces every part of a text that an RE2 expression matches ({@code
 * envoy.type.matcher.v3.RegexMatchAndSubstitute}).
 *
 * @param substitution {@code \1} to {@code \9} are the groups, {@code \0} the whole match, {@code
 *     \\} a backslash
 */
public record RegexRewrite(String regex, String substitution) {}
