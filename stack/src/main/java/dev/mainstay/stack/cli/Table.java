package dev.mainstay.stack.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Rows under headings, aligned: numbers to the right, words to the left. */
final class Table {

  private static final String GAP = "  ";

  private final List<String> headings;
  private final List<List<String>> rows = new ArrayList<>();

  Table(String... headings) {
    this.headings = List.of(headings);
  }

  Table row(Object... cells) {
    List<String> row = new ArrayList<>();
    for (Object cell : cells) {
      row.add(String.valueOf(cell));
    }
    rows.add(row);
    return this;
  }

  /** The lines of the table. Colour is put on after alignment, by what a cell says. */
  List<String> lines(UnaryOperator<String> colour) {
    List<String> lines = new ArrayList<>();
    lines.add(Terminal.bold(line(headings, UnaryOperator.identity())));
    for (List<String> row : rows) {
      lines.add(line(row, colour));
    }
    return lines;
  }

  private String line(List<String> cells, UnaryOperator<String> colour) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < cells.size(); column++) {
      String cell = cells.get(column);
      String space = " ".repeat(Math.max(0, width(column) - cell.length()));
      String painted = colour.apply(cell);
      line.append(column == 0 ? "" : GAP)
          .append(isNumeric(column) ? space + painted : painted + space);
    }
    return line.toString().stripTrailing();
  }

  private int width(int column) {
    int width = headings.get(column).length();
    for (List<String> row : rows) {
      width = Math.max(width, row.get(column).length());
    }
    return width;
  }

  private boolean isNumeric(int column) {
    return !rows.isEmpty()
        && rows.stream()
            .map(row -> row.get(column))
            .allMatch(
                cell -> cell.isEmpty() || cell.equals("-") || Character.isDigit(cell.charAt(0)));
  }
}
