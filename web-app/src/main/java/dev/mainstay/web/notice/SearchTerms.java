package dev.mainstay.web.notice;

import dev.mainstay.web.problem.Refusal;
import java.util.List;
import java.util.stream.Stream;

/**
 * The words that a notice must hold, each in its title or its body, in upper or lower case: {@code
 * "bike blue"} finds {@code "Blue bicycle … bike shop"}.
 */
record SearchTerms(List<String> words) {

  private static final int MAX_LENGTH = 100;
  private static final int MAX_WORDS = 6;

  /** The character that takes their meaning from {@code %} and {@code _} in a pattern. */
  static final char ESCAPE = '!';

  static SearchTerms of(String text) {
    if (text.length() > MAX_LENGTH) {
      throw Refusal.badValue(
          "q", "q has %d characters (expected: at most %d)".formatted(text.length(), MAX_LENGTH));
    }
    List<String> words =
        Stream.of(text.strip().split("\\s+")).filter(word -> !word.isEmpty()).distinct().toList();
    if (words.size() > MAX_WORDS) {
      throw Refusal.badValue(
          "q", "q has %d words (expected: at most %d)".formatted(words.size(), MAX_WORDS));
    }
    return new SearchTerms(words);
  }

  boolean isEmpty() {
    return words.isEmpty();
  }

  /** A {@code LIKE} pattern a word: {@code 50%} becomes {@code %50!%%}. */
  List<String> patterns() {
    return words.stream().map(word -> "%" + word.replaceAll("[!%_]", ESCAPE + "$0") + "%").toList();
  }
}
