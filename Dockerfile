# Mainstay's images, a target each: gateway, web-app, controller.
#
#   docker build --target gateway --tag mainstay/gateway:0.1.0 .
#
# Everything is compiled once, in the stage `build`. `--build-context build=FOLDER` replaces that stage by a folder with
# gateway.jar, web-app.jar and controller.jar, built elsewhere. The base images may be any that hold a JDK 25 with Maven,
# and a Java 25 with bash; nothing here is of one processor architecture.
ARG BUILD_IMAGE=maven:3.9-eclipse-temurin-25
ARG JAVA_IMAGE=eclipse-temurin:25-jre

FROM --platform=${BUILDPLATFORM} ${BUILD_IMAGE} AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/root/.m2 \
    mvn -B -ntp -DskipTests -Dspotless.check.skip=true -Djacoco.skip=true package \
    && cp gateway/target/mainstay-gateway.jar /gateway.jar \
    && cp web-app/target/mainstay-web-app.jar /web-app.jar \
    && cp db-router/controller/target/mainstay-controller-exec.jar /controller.jar

# The jars taken apart, libraries from our own classes: the libraries' layer changes seldom.
FROM ${JAVA_IMAGE} AS layers
WORKDIR /layers
COPY --from=build /gateway.jar /web-app.jar /controller.jar /jars/
RUN for service in gateway web-app controller; do \
      java -Djarmode=tools -jar /jars/$service.jar extract --layers --destination $service || exit 1; \
    done

# What all three have in common. The user has a number and no name, so that a cluster can see that it is not root. The
# folder for secrets is the user's, so that a volume that is mounted there for the first time is too. What comes from the
# repository is given its mode here: a clone under umask 077 has files that no other user may read.
FROM ${JAVA_IMAGE} AS runtime
WORKDIR /app
COPY --chmod=755 docker/probe docker/readable docker/make-secrets /usr/local/bin/
RUN install --directory --owner=10001 --group=10001 /run/secrets
LABEL org.opencontainers.image.vendor="Mainstay" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="0.1.0"

# Each is trained: a start that ends when the context is up leaves a cache of loaded classes, which saves half of the
# time of every later start. The cache fits only the same options, the same jars and the same Java.
FROM runtime AS gateway
COPY --from=layers /layers/gateway/dependencies/ ./
COPY --from=layers /layers/gateway/application/ ./
COPY --chmod=644 docker/jvm/gateway jvm
RUN --network=none --mount=type=bind,source=docker/config/gateway.yml,target=/app/config/application.yml \
    --mount=type=bind,source=docker/config/training.yml,target=/training.yml \
    java @jvm -XX:AOTCacheOutput=app.aot -Dspring.context.exit=onRefresh -jar gateway.jar --spring.config.additional-location=file:/training.yml
COPY --chmod=755 docker/link /usr/local/bin/
LABEL org.opencontainers.image.title="Mainstay gateway" \
      org.opencontainers.image.description="A Spring Cloud Gateway with a balancer of its own"
USER 10001:10001
EXPOSE 8080 9090
HEALTHCHECK --interval=10s --timeout=3s --start-period=120s --start-interval=1s --retries=3 \
  CMD ["probe", "9090", "/actuator/health/readiness"]
ENTRYPOINT ["java", "@jvm", "-XX:AOTCache=app.aot", "-jar", "gateway.jar"]

FROM runtime AS web-app
COPY --from=layers /layers/web-app/dependencies/ ./
COPY --from=layers /layers/web-app/application/ ./
COPY --chmod=644 docker/jvm/web-app jvm
RUN --network=none --mount=type=bind,source=docker/config/web-app.yml,target=/app/config/application.yml \
    --mount=type=bind,source=docker/config/training.yml,target=/training.yml \
    java @jvm -XX:AOTCacheOutput=app.aot -Dspring.context.exit=onRefresh -jar web-app.jar --spring.config.additional-location=file:/training.yml
LABEL org.opencontainers.image.title="Mainstay notice board" \
      org.opencontainers.image.description="The sample site: Spring Boot and JPA on a replicated database"
USER 10001:10001
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=120s --start-interval=1s --retries=3 \
  CMD ["probe", "8080", "/actuator/health/readiness"]
ENTRYPOINT ["java", "@jvm", "-XX:AOTCache=app.aot", "-jar", "web-app.jar"]

FROM runtime AS controller
COPY --from=layers /layers/controller/dependencies/ ./
COPY --from=layers /layers/controller/application/ ./
COPY --chmod=644 docker/jvm/controller jvm
RUN --network=none --mount=type=bind,source=docker/config/controller.yml,target=/app/config/application.yml \
    --mount=type=bind,source=docker/config/training.yml,target=/training.yml \
    java @jvm -XX:AOTCacheOutput=app.aot -Dspring.context.exit=onRefresh -jar controller.jar --spring.config.additional-location=file:/training.yml
LABEL org.opencontainers.image.title="Mainstay controller" \
      org.opencontainers.image.description="Sets up, watches and repairs a replicated MySQL"
USER 10001:10001
EXPOSE 9300
HEALTHCHECK --interval=10s --timeout=3s --start-period=120s --start-interval=1s --retries=3 \
  CMD ["probe", "9300", "/actuator/health/readiness"]
ENTRYPOINT ["java", "@jvm", "-XX:AOTCache=app.aot", "-jar", "controller.jar"]
