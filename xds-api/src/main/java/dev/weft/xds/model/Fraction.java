package dev.weft.xds.model;

/** {@code numerator} of {@code denominator}; the denominator is 100, 10,000 or 1,000,000. */
public record Fraction(int numerator, int denominator) {}
