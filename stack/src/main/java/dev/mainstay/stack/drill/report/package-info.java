/** What a drill tells a person: a table, JSON, a page. */
@NullMarked
package dev.mainstay.stack.drill.report;

import org.jspecify.annotations.NullMarked;
