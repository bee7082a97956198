package dev.mainstay.db.local.testing;

import dev.mainstay.db.local.LocalEngine;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Runs the whole test class once on each engine. The class takes the engine in its constructor or a
 * {@code @Parameter} field; what is started once per engine goes into a static method with
 * {@code @BeforeParameterizedClassInvocation} that takes the engine too.
 *
 * <p>{@link TestEngines#require} in there skips an engine that this machine cannot have.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedClass(name = "{0}")
@EnumSource(LocalEngine.class)
public @interface EachEngine {}
