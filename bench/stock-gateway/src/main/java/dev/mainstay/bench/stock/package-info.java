/** What a user of Spring Cloud would run in place of Mainstay's gateway. */
@NullMarked
package dev.mainstay.bench.stock;

import org.jspecify.annotations.NullMarked;
